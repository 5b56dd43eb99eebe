"""Numbers of things in words."""


def counted(count: int, noun: str) -> str:
    """So many of something.

    >>> counted(1, "row"), counted(2345, "row")
    ('1 row', '2,345 rows')
    """
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
