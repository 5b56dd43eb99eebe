"""Addresses as messages may show them."""

from __future__ import annotations


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
