"""What a server is told of strangers."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Tls:
    """Files of a certificate's chain and its key, in PEM; with `client_ca`, clients must show one that it signed."""

    certificate: Path
    key: Path
    client_ca: Path | None = None


@dataclass(frozen=True)
class Access:
    """Keys, rates and origins."""

    home: str | None = field(
        default=None, repr=False
    )  # the yard whose keys open it, by a word that may hold a password
    open: bool = False  # whether it may be at a public address though there is no key
    locked: bool = False  # whether nobody gets in without a key, though the yard holds none any more
    rate: float | None = None  # requests a second of a key that names none, or of an address where there are no keys
    burst: int | None = None  # requests at once; as many as a second allows where it is not said
    origins: tuple[str, ...] = ()  # of pages elsewhere that may ask from a browser; "*" is any
    tls: Tls | None = None
    proxies: tuple[str, ...] = ()  # addresses and networks whose word on where a request comes from is taken
    journal: bool = False  # a line of JSON for each request, on standard error
