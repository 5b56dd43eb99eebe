"""What was done, and where a champion can go back to."""

from __future__ import annotations

import hypothesis.strategies as st
import pytest
from hypothesis import given

from modelyard.release.ledger.acts import Act, back

WORDS = [
    ("", []),
    ("r1", []),
    ("r1 r2 r3", [2, 1]),
    ("r1 r2 r3 b2", [1]),
    ("r1 r2 r3 b2 b1", []),
    ("r1 r2 b1 r3", [1]),
    ("r1 r2 p1", [2]),
    ("r1 r2 p1 b2", [1]),
    ("r1 c2 p2", [1]),
    ("r1 c2", []),
    ("r1 r2 r3 b1 p3", [1]),
]


def acts(words: str) -> list[Act]:
    """`r3` releases version 3 as the champion, `c3` as the challenger, `p3` promotes it, `b3` rolls back to it."""
    kinds = {"r": "release", "c": "release", "p": "promote", "b": "rollback"}
    made = [
        Act(
            at,
            "",
            kinds[word[0]],
            "risk",
            "",
            {"alias": "challenger" if word[0] == "c" else "champion", "version": int(word[1:])},
        )
        for at, word in enumerate(words.split())
    ]
    return made[::-1]


@pytest.mark.parametrize(("words", "versions"), WORDS, ids=[words for words, _ in WORDS])
def test_each_rollback_uncovers_what_was_before(words: str, versions: list[int]) -> None:
    assert back(acts(words)) == versions


@given(st.lists(st.integers(1, 4), max_size=12), st.data())
def test_rolling_back_again_and_again_ends(moves: list[int], data: st.DataObject) -> None:
    """A slow and obvious reference: a stack of what was named, without what was named twice in a row."""
    done: list[str] = []
    stack: list[int] = []
    for version in moves:
        if len(stack) > 1 and data.draw(st.booleans()):
            stack.pop()
            done.append(f"b{stack[-1]}")
        elif not stack or stack[-1] != version:
            stack.append(version)
            done.append(f"p{version}")
    found = back(acts(" ".join(done)))
    current = stack[-1] if stack else None
    assert found == [version for version in reversed(stack[:-1]) if version != current]
