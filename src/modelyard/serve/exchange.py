"""How a protocol writes rows and answers: the one thing in which they differ."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Any, Protocol

import numpy.typing as npt

from modelyard.core.types import Floats

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelyard.serve.infer import Served


@dataclass(frozen=True)
class Asked:
    """A request's rows as records of the bundle's signature, and what its answer's `form` depends on."""

    records: list[Any]
    form: Any = None


@dataclass(frozen=True)
class Answered:
    """The bare answers to a request's rows, [rows, outputs] float32, and the rows' groups where these decide."""

    outputs: Floats
    groups: npt.NDArray[Any] | None = None


class Exchange(Protocol):
    """One protocol's way to write rows and answers. It keeps nothing: one object serves every request."""

    def read(self, served: Served, body: bytes, headers: Mapping[bytes, bytes]) -> Asked:
        """A body's rows.

        Raises:
            BadJsonError: the body is no JSON.
            ValidationError: it is not what the signature reads; `explain` tells why.
            DataError: all that is wrong with the rows, where it can be told at once.
            TooLargeError: it holds more rows than are allowed.
        """

    def write(self, served: Served, asked: Asked, answered: Answered) -> bytes:
        """The body of an answer."""

    def explain(self, served: Served, body: bytes, error: Exception) -> Exception:
        """All that is wrong with a body that `read` refused with a ValidationError: longer work than an answer."""


class Witness(Exchange):
    """An exchange for one request that keeps when it began, and what the model said, which `write` alone is told."""

    def __init__(self, exchange: Exchange) -> None:
        """Around the one that was asked."""
        self.exchange, self.began = exchange, perf_counter()
        self.answered: Answered | None = None  # of one row at least

    @classmethod
    def of(cls, exchange: Exchange) -> Witness:
        """The exchange itself where it is one, else one around it."""
        return exchange if isinstance(exchange, cls) else cls(exchange)

    @property
    def name(self) -> str:
        """The protocol's."""
        return type(self.exchange).__module__.rpartition(".")[2]

    @property
    def rows(self) -> int:
        """How many were answered."""
        return 0 if self.answered is None else len(self.answered.outputs)

    def read(self, served: Served, body: bytes, headers: Mapping[bytes, bytes]) -> Asked:
        """As the exchange does."""
        return self.exchange.read(served, body, headers)

    def write(self, served: Served, asked: Asked, answered: Answered) -> bytes:
        """As the exchange does."""
        if len(answered.outputs):
            self.answered = answered
        return self.exchange.write(served, asked, answered)

    def explain(self, served: Served, body: bytes, error: Exception) -> Exception:
        """As the exchange does."""
        return self.exchange.explain(served, body, error)
