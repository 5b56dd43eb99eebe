"""Text that was read in the wrong encoding."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from modelyard.core.findings import Finding, Severity
from modelyard.core.registry import part
from modelyard.quality.counted import counted
from modelyard.quality.inspection import Inspection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.core.types import Ints
    from modelyard.quality.subject import Subject

SIGNS = re.compile("[\u00c2-\u00f4\ufffd]|锟斤拷|烫烫|鈥|銆")


@part
class Mojibake(Inspection):
    """Signs that come of reading UTF-8 as something else, or something else as UTF-8."""

    def __call__(self, subject: Subject) -> Iterator[Finding]:
        """A finding a column."""
        for column in subject.written:
            places = _places(subject, column.name)
            if len(places):
                yield Finding(
                    "mojibake",
                    Severity.WARNING,
                    f"holds signs of a text that was read in the wrong encoding in {counted(len(places), 'row')}",
                    (column.name,),
                    subject.listed(places),
                    hint="say the encoding of the file, as in data: {source: csv, path: rows.csv, encoding: gb18030}",
                )


def _places(subject: Subject, name: str) -> Ints:
    series = subject.frame[name]
    wrong = [value for value in subject.different(series) if SIGNS.search(value) and garbled(value)]
    places: Ints = series.is_in(wrong).fill_null(value=False).arg_true().to_numpy()
    return places


def garbled(value: str) -> bool:
    """Whether a text was read in the wrong encoding: turned back, it makes sense.

    >>> garbled("caf\u00c3\u00a9"), garbled("caf\u00e9"), garbled("\u951f\u65a4\u62f7")
    (True, False, True)
    """
    if "\ufffd" in value or "锟斤拷" in value or "烫烫" in value:
        return True
    for encoding in ("cp1252", "latin-1", "gb18030"):
        try:
            turned = value.encode(encoding).decode("utf-8")
        except (UnicodeEncodeError, UnicodeDecodeError):
            continue
        if turned != value and len(turned) < len(value):
            return True
    return False
