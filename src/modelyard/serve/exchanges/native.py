"""Modelyard's own words: a record or a list of records in, an answer or `predictions` out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from modelyard.core.errors import DataError
from modelyard.serve import media
from modelyard.serve.exchange import Answered, Asked, Exchange
from modelyard.serve.exchanges.plain import SPACE, bad_json, check_rows, misfit
from modelyard.serve.wire import encode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelyard.serve.infer import Served


class Native(Exchange):
    """One record in, one record out; a list in, a list under `predictions` out."""

    def read(self, served: Served, body: bytes, headers: Mapping[bytes, bytes]) -> Asked:
        """Decode to the records of the signature; the form is whether it was one alone."""
        media.check(headers)
        signature = served.bundle.signature
        single = not body.lstrip(SPACE).startswith(b"[")
        try:
            if not single:
                check_rows(body, b"{", served.limits.rows)
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
        most = served.limits.rows
        if max(body.count(b"["), body.count(b"{")) > most and isinstance(error, msgspec.ValidationError):
            return misfit(error)  # millions of lists, of which a record holds none, are not built to be looked at
        try:
            plain = msgspec.json.decode(body)
        except msgspec.ValidationError:  # a number that no float holds
            place = str(error).rpartition(" - at `$")[2].rstrip("`").lstrip(".")
            return DataError("expected a finite number", f"rows{place}" if place.startswith("[") else place)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as worse:
            return bad_json(body, worse)
        return served.bundle.signature.explain(plain)
