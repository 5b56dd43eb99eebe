"""A bundle that answers requests: a body in, a body out."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from modelyard.core.blocks import UNSEEN_CODE, Block, Codes
from modelyard.core.errors import BundleError, DataError, Problem
from modelyard.serve.wire import BadJsonError, TooLargeError, encode

if TYPE_CHECKING:
    from modelyard.release.bundle import Bundle
    from modelyard.serve.telemetry import Telemetry

SPACE = b" \t\r\n"
MANY = 32  # rows that tell what one row costs in a larger request
TRIES = 3


@dataclass(frozen=True)
class Limits:
    """What one request may cost."""

    body: int = 10_000_000  # bytes
    rows: int = 10_000
    body_seconds: float = 60.0  # to send the body
    patience: float = 0.002  # seconds of work that others may wait for; more is done in a thread


class Served:
    """One bundle behind a path."""

    def __init__(self, name: str, bundle: Bundle, limits: Limits, telemetry: Telemetry) -> None:
        """Not ready before `warm_up`."""
        self.name, self.bundle, self.limits, self.telemetry = name, bundle, limits, telemetry
        self.ready = False
        self.mark = bundle.digest[:12].encode()
        self.seconds_per_row = self.bytes_per_row = 0.0

    def warm_up(self) -> None:
        """Answer the bundle's own example, and learn what a row costs.

        Raises:
            BundleError: it does not.
        """
        example = encode(self.bundle.example)
        try:
            once = self._seconds(example, 1)
            self.seconds_per_row = once if once > self.limits.patience else self._seconds(example, MANY) / MANY
        except Exception as error:
            raise BundleError("does not answer its own example", self.name, "train again") from error
        self.bytes_per_row = float(len(example))
        self.ready = True

    def is_quick(self, body: bytes) -> bool:
        """Whether a request is done within the patience, by its bytes and by the most rows that it can hold."""
        rows = max(body.count(b"{"), len(body) / self.bytes_per_row)
        return rows * self.seconds_per_row <= self.limits.patience

    def answer(self, body: bytes) -> bytes:
        """One record in, one record out; a list in, a list under `predictions` out.

        Raises:
            BadJsonError: the body is no JSON.
            ValidationError: it is not what the signature reads; `explain` tells why.
            DataError: it holds values that their kind does not allow.
            TooLargeError: it holds more rows than are allowed.
        """
        records, single = self._read(body)
        if not records:
            return b'{"predictions":[]}'
        columns = self.bundle.signature.columns(records)
        inputs = self.bundle.features(columns)
        answers = self.bundle.records(self.bundle.run(inputs), self.bundle.groups(columns))
        self._count(inputs, len(records))
        return encode(answers[0] if single else {"predictions": answers})

    def explain(self, body: bytes, error: msgspec.ValidationError) -> DataError | BadJsonError:
        """All that is wrong with a body that is not what the signature reads: longer work than an answer."""
        try:
            plain = msgspec.json.decode(body)
        except msgspec.ValidationError:  # a number that no float holds
            place = str(error).rpartition(" - at `$")[2].rstrip("`").lstrip(".")
            return DataError("expected a finite number", f"rows{place}" if place.startswith("[") else place)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as worse:
            return _bad_json(body, worse)
        return self.bundle.signature.explain(plain)

    def _read(self, body: bytes) -> tuple[list[Any], bool]:
        """Decode to the records of the signature, and whether it was one alone."""
        signature = self.bundle.signature
        single = not body.lstrip(SPACE).startswith(b"[")
        try:
            if not single:
                self._check_rows(body)
                return signature.many.decode(body), False
            return [signature.one.decode(body)], True
        except msgspec.ValidationError:
            raise
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise _bad_json(body, error) from None

    def _check_rows(self, body: bytes) -> None:
        """Refuse too many rows before they are built: a record has a brace at least, and `Raw` is a view."""
        if body.count(b"{") <= self.limits.rows:
            return
        rows = len(msgspec.json.decode(body, type=list[msgspec.Raw]))
        if rows > self.limits.rows:
            hint = f"at most {self.limits.rows:,} rows in one request: send them in parts"
            raise TooLargeError(f"holds {rows:,} rows", "body", hint)

    def _count(self, inputs: dict[str, Block], rows: int) -> None:
        self.telemetry.predicted(self.name, rows)
        for column, block in inputs.items():
            if isinstance(block, Codes) and (values := block.codes.tolist().count(UNSEEN_CODE)):
                self.telemetry.unseen(self.name, column, values)

    def _seconds(self, example: bytes, rows: int) -> float:
        """How long so many rows take: the best of a few tries."""
        taken = []
        for _ in range(TRIES):
            started = time.perf_counter()
            records, _single = self._read(example)
            columns = self.bundle.signature.columns(records * rows)
            encode(self.bundle.records(self.bundle.ask(columns), self.bundle.groups(columns)))
            taken.append(time.perf_counter() - started)
        return min(taken)


def _bad_json(body: bytes, error: Exception) -> BadJsonError:
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
