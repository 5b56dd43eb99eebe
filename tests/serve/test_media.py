"""What a body may be written in."""

from __future__ import annotations

import pytest

from modelyard.serve import media
from modelyard.serve.wire import MediaError

READ = {
    None: "application/json",
    "": "application/json",
    "application/json": "application/json",
    "Application/JSON ; charset=UTF-8": "application/json",
    'application/json; charset="utf-8"; q=1': "application/json",
    "application/vnd.yard+json": "application/json",
    "text/csv;charset=us-ascii": "text/csv",
}
REFUSED = [
    "application/json; charset=gb18030",
    "text/plain",
    "json",
    "application/",
    "\xff",
    "text/csv; charset=latin-1",
]


@pytest.mark.parametrize(("said", "kind"), READ.items())
def test_what_is_read(said: str | None, kind: str) -> None:
    headers = {} if said is None else {b"content-type": said.encode("latin-1")}
    assert media.check(headers, media.CSV) == kind
    assert media.check(headers | {b"content-encoding": b"Identity"}, media.CSV) == kind
    for encoding in (b"gzip", b"br", b"identity, gzip"):
        with pytest.raises(MediaError):
            media.check(headers | {b"content-encoding": encoding}, media.CSV)


@pytest.mark.parametrize("said", REFUSED)
def test_what_is_refused(said: str) -> None:
    with pytest.raises(MediaError):
        media.check({b"content-type": said.encode("latin-1")}, media.CSV)
