"""Keys: shown once, kept as a digest, ended for good."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from modelyard.core.errors import UsageError, YardError
from modelyard.release.keys import hash_of
from modelyard.release.ledger.tables import METADATA

if TYPE_CHECKING:
    from modelyard.release.yard import Yard


def test_a_key_is_made_and_found_by_its_token(yard: Yard) -> None:
    until = datetime.now(UTC) + timedelta(days=90)
    key, token = yard.keys.make(" billing  team ", ["explain", "predict"], until, 20, by="Ada")
    assert re.fullmatch(r"my_[\w-]{43}", token)
    assert (key.name, key.scopes, key.rate) == ("billing team", frozenset({"predict", "explain"}), 20)
    assert key.expires == until.isoformat(timespec="seconds")
    assert key.lives()
    assert yard.keys.table() == {hash_of(token): key}
    assert yard.keys.list() == (key,)
    assert hash_of(token) == hashlib.sha256(token.encode()).hexdigest()
    (act,) = yard.acts()
    assert (act.kind, act.subject, act.by) == ("key made", "billing team", "Ada")


def test_a_token_is_nowhere_in_the_database(yard: Yard) -> None:
    _, token = yard.keys.make("billing", ["admin"])
    yard.keys.revoke("billing")
    with yard.database.reading() as connection:
        every = [str(row) for table in METADATA.sorted_tables for row in connection.execute(sa.select(table))]
    assert any(hash_of(token) in row for row in every)
    assert not any(token in row or token.removeprefix("my_") in row for row in every)


def test_every_token_is_another(yard: Yard) -> None:
    tokens = {yard.keys.make(f"client {number}")[1] for number in range(20)}
    assert len(tokens) == 20
    assert len(yard.keys.table()) == 20


def test_a_revoked_key_stays_and_opens_nothing(yard: Yard) -> None:
    first, token = yard.keys.make("billing")
    ended = yard.keys.revoke("billing", by="Ada")
    assert ended.number == first.number
    assert not ended.lives()
    assert not yard.keys.table()[hash_of(token)].lives()
    with pytest.raises(YardError, match="revoked before"):
        yard.keys.revoke(first.number)
    second, _ = yard.keys.make("billing")  # the name is free again
    assert yard.keys.revoke(str(second.number)).number == second.number
    assert [act.kind for act in yard.acts()] == ["key revoked", "key made", "key revoked", "key made"]


def test_a_key_lives_until_it_expires(yard: Yard) -> None:
    now = datetime.now(UTC)
    ended, _ = yard.keys.make("ended", expires=now - timedelta(seconds=1))
    lasting, _ = yard.keys.make("lasting", expires=now + timedelta(hours=1))
    for_ever, _ = yard.keys.make("for ever")
    assert [key.lives() for key in (ended, lasting, for_ever)] == [False, True, True]
    assert not lasting.lives(now + timedelta(hours=2))


@pytest.mark.parametrize(
    "said",
    [
        {"name": ""},
        {"name": "x" * 201},
        {"name": "a\x1bb"},
        {"name": "12"},
        {"name": "a", "scopes": []},
        {"name": "a", "scopes": ["everything"]},
        {"name": "a", "rate": 0},
        {"name": "a", "rate": float("nan")},
        {"name": "a", "rate": float("inf")},
        {"name": "a", "expires": datetime(2030, 1, 1)},  # noqa: DTZ001 - which is what is wrong with it
        {"name": "taken"},
    ],
    ids=str,
)
def test_what_makes_no_key(yard: Yard, said: dict[str, Any]) -> None:
    yard.keys.make("taken")
    with pytest.raises(UsageError):
        yard.keys.make(**said)
    assert len(yard.keys.list()) == 1


@pytest.mark.parametrize("which", ["biling", 9, "\0", ""])
def test_an_unknown_key_is_not_revoked(yard: Yard, which: str | int) -> None:
    yard.keys.make("billing")
    with pytest.raises(YardError, match="no key") as caught:
        yard.keys.revoke(which)
    if which == "biling":
        assert "did you mean 'billing'?" in str(caught.value)
    assert yard.keys.list()[0].lives()


@pytest.mark.parametrize("token", ["", "my_", "é\ud800", "\0" * 10, "x" * 100_000])
def test_any_word_has_a_digest(token: str) -> None:
    assert re.fullmatch(r"[0-9a-f]{64}", hash_of(token))
