"""The administrative regions of China by their six digits (GB/T 2260), those of the past included."""

from __future__ import annotations

from functools import cache, lru_cache


@lru_cache(maxsize=4096)
def known(code: str) -> bool:
    """Whether a region has, or had, these six digits.

    >>> known("110101"), known("119999")
    (True, False)
    """
    found = _database().info(code)
    return len(found) > 1 and all(info for _digits, info in found)


@lru_cache(maxsize=4096)
def of_province(code: str) -> bool:
    """Whether the first two of six digits are those of a province: zones that are no region of their own have others.

    >>> of_province("310141"), of_province("990000")
    (True, False)
    """
    return bool(_database().info(code)[0][1])


@cache
def _database():  # type: ignore[no-untyped-def]  # noqa: ANN202 - stdnum's own
    from stdnum import numdb

    return numdb.get("cn/loc")
