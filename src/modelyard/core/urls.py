"""Addresses as messages may show them."""

from __future__ import annotations

from pathlib import PurePosixPath

PACKED = frozenset({".gz", ".zst", ".xz", ".bz2", ".zip"})


def is_url(path: str) -> bool:
    """Whether a path is the address of a file elsewhere.

    >>> is_url("s3://bucket/rows.csv"), is_url("data/rows.csv")
    (True, False)
    """
    return "://" in path


def without_secrets(url: str) -> str:
    """A store's URL without a name, a password and options.

    >>> without_secrets("s3://key:secret@bucket/models?token=abc")
    's3://bucket/models'
    """
    scheme, _, rest = url.partition("?")[0].partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}://{host.rpartition('@')[2]}{slash}{path}"


def shown(path: str) -> str:
    """A path as it is, a URL without its secrets."""
    return without_secrets(path) if is_url(path) else path


def ending(path: str) -> str:
    """The ending that tells what a file holds, in small letters: without how it is packed, and without a URL's options.

    >>> ending("data/2026-*.CSV.gz"), ending("https://a.b/rows.parquet?sig=1"), ending("rows")
    ('.csv', '.parquet', '')
    """
    plain = PurePosixPath(path.partition("?")[0] if is_url(path) else path.replace("\\", "/"))
    return (PurePosixPath(plain.stem) if plain.suffix.lower() in PACKED else plain).suffix.lower()
