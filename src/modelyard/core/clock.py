"""The time of day, as it is written down everywhere: ISO 8601 in UTC."""

from datetime import UTC, datetime


def now() -> str:
    """To the second.

    >>> len(now()), now().endswith("+00:00")
    (25, True)
    """
    return datetime.now(UTC).isoformat(timespec="seconds")


def precisely() -> str:
    """To the millisecond.

    >>> len(precisely())
    29
    """
    return datetime.now(UTC).isoformat(timespec="milliseconds")
