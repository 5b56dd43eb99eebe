"""What a body may be written in: media types and encodings."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from modelyard.serve.wire import JSON, MediaError

if TYPE_CHECKING:
    from collections.abc import Mapping

CSV = "text/csv"
PLAIN = frozenset({None, b"application/json", b"application/json; charset=utf-8", b"application/json;charset=utf-8"})
KIND = re.compile(r"[\w.+-]{1,64}/[\w.+-]{1,64}", re.ASCII)  # what may be repeated to whoever sent it
UTF8 = frozenset({"utf-8", "utf8", "us-ascii"})


def check(headers: Mapping[bytes, bytes], *also: str) -> str:
    """The media type of a body: JSON, where nothing is said, or one of `also`.

    Raises:
        MediaError: it is another one, in another character set than UTF-8, or compressed.
    """
    said = headers.get(b"content-type")
    if said in PLAIN and b"content-encoding" not in headers:
        return JSON
    encoding = headers.get(b"content-encoding", b"identity").strip().lower()
    if encoding not in {b"", b"identity"}:
        raise MediaError("is compressed or encoded", "content-encoding", "send the body as it is")
    kind, *rest = (part.strip() for part in (said or JSON.encode()).decode("latin-1").lower().split(";"))
    for part in rest:
        name, _, value = part.partition("=")
        if name.strip() == "charset" and value.strip().strip('"') not in UTF8:
            raise MediaError("is not UTF-8", "content-type", "send the body in UTF-8")
    if kind in also:
        return kind
    if kind == JSON or (kind.startswith("application/") and kind.endswith("+json")):
        return JSON
    known = " or ".join((JSON, *also))
    named = f"'{kind}' is" if KIND.fullmatch(kind) else "is"
    raise MediaError(f"{named} not read here", "content-type", f"send {known}, and say so in the header content-type")
