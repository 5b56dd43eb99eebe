"""Modelyard's own words: a record or a list of records in, an answer or `predictions` out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from modelyard.core.errors import DataError, Problem
from modelyard.serve.exchange import Answered, Asked, Exchange
from modelyard.serve.wire import BadJsonError, TooLargeError, encode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelyard.serve.infer import Served

SPACE = b" \t\r\n"


class Native(Exchange):
    """One record in, one record out; a list in, a list under `predictions` out."""

    def read(self, served: Served, body: bytes, headers: Mapping[bytes, bytes]) -> Asked:  # noqa: ARG002 - JSON alone
        """Decode to the records of the signature; the form is whether it was one alone."""
        signature = served.bundle.signature
        single = not body.lstrip(SPACE).startswith(b"[")
        try:
            if not single:
                _check_rows(body, served.limits.rows)
                return Asked(signature.many.decode(body), form=False)
            return Asked([signature.one.decode(body)], form=True)
        except msgspec.ValidationError:
            raise
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise bad_json(body, error) from None

    def write(self, served: Served, asked: Asked, answered: Answered) -> bytes:
        """JSON."""
        records = served.bundle.records(answered.outputs, answered.groups)
        return encode(records[0] if asked.form else {"predictions": records})

    def explain(self, served: Served, body: bytes, error: Exception) -> Exception:
        """All that is wrong with a body that is not what the signature reads: longer work than an answer."""
        try:
            plain = msgspec.json.decode(body)
        except msgspec.ValidationError:  # a number that no float holds
            place = str(error).rpartition(" - at `$")[2].rstrip("`").lstrip(".")
            return DataError("expected a finite number", f"rows{place}" if place.startswith("[") else place)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as worse:
            return bad_json(body, worse)
        return served.bundle.signature.explain(plain)


def _check_rows(body: bytes, most: int) -> None:
    """Refuse too many rows before they are built: a record has a brace at least, and `Raw` is a view."""
    if body.count(b"{") <= most:
        return
    rows = len(msgspec.json.decode(body, type=list[msgspec.Raw]))
    if rows > most:
        raise TooLargeError(f"holds {rows:,} rows", "body", f"at most {most:,} rows in one request: send them in parts")


def bad_json(body: bytes, error: Exception) -> BadJsonError:
    """What is wrong with a body that is no JSON; msgspec's words name places and never values."""
    if not body.strip(SPACE):
        return BadJsonError("the body is empty", "body", "send a record as JSON: {column: value, ...}")
    if isinstance(error, RecursionError):
        return BadJsonError("is nested too deeply", "body", "a record is flat: {column: value, ...}")
    if isinstance(error, UnicodeDecodeError) or body[:2] in {b"\xff\xfe", b"\xfe\xff", b"\xef\xbb"}:
        return BadJsonError("is not UTF-8, or starts with a byte order mark", "body", "send JSON in UTF-8")
    told = str(error).removeprefix("JSON is malformed: ")
    more = [Problem("NaN and Infinity are no JSON", "body", "leave the field out, or send null")]
    named = b"NaN" in body or b"Infinity" in body
    return BadJsonError(f"is no JSON: {told}", "body", "send JSON in UTF-8", more=more if named else ())
