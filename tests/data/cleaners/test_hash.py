"""A keyed hash: the same for the same, known again by its key alone, and without the key there is none."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import b32encode
from typing import Any

import polars as pl
import pytest

from modelyard.core.errors import RecipeError
from modelyard.core.types import Cleaning
from modelyard.data import cleaning
from modelyard.data.cleaning import CLEANERS
from modelyard.data.personal import keyed

SECRET = secrets.token_urlsafe(32)


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(keyed.KEY, SECRET)


def hashed(value: object, **settings: Any) -> Any:
    return CLEANERS.build("hash", settings)(value)


def test_it_is_the_hmac_of_rfc_2104() -> None:
    told = b"".join(len(part).to_bytes(4, "big") + part for part in (b"of", b"hash", b"email", b"ann@example.org"))
    signs = b32encode(hmac.new(SECRET.encode(), told, hashlib.sha256).digest()).decode()
    crockford = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "0123456789ABCDEFGHJKMNPQRSTVWXYZ")
    assert hashed("Ann@Example.ORG", sort="email").startswith(signs.translate(crockford)[:26] + "-")


@pytest.mark.parametrize(
    ("sort", "same"),
    [
        ("phone", ["138 1234 5678", "+86 13812345678", 13812345678, 13812345678.0]),
        ("email", ["ann@example.org", "ANN@EXAMPLE.ORG ", "\uff41nn@example.org"]),
        ("name", ["Ann Lee", "ann  lee"]),
        ("", ["Ab C", "ab c"]),
    ],
)
def test_what_means_the_same_gets_the_same(sort: str, same: list[object]) -> None:
    assert len({hashed(value, sort=sort) for value in same}) == 1


def test_another_key_another_sort_or_another_value_gets_another(monkeypatch: pytest.MonkeyPatch) -> None:
    made = {hashed("1", sort="card"), hashed("2", sort="card"), hashed("1", sort="ssn")}
    monkeypatch.setenv(keyed.KEY, SECRET + "x")
    made.add(hashed("1", sort="card"))
    assert len(made) == 4


def test_a_hash_stays_and_a_made_up_one_does_not() -> None:
    made = hashed("Ann Lee")
    assert hashed(made) == made
    forged = made[:-1] + ("0" if made[-1] != "0" else "1")
    assert hashed(forged) not in {forged, made}
    inner = hashed("tell ann@example.org", inside=True)
    assert hashed(inner, inside=True) == inner
    false = inner.replace(inner[-2], "0" if inner[-2] != "0" else "1")
    assert hashed(false, inside=True) != false


def test_what_is_nothing_stays_nothing() -> None:
    assert [hashed(value) for value in ("", "  ", True)] == ["", "  ", True]
    assert hashed("nobody is named", inside=True) == "nobody is named"


@pytest.mark.parametrize("held", [None, "", "short"])
def test_without_a_key_an_error_tells_how_to_make_one(held: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(keyed.KEY) if held is None else monkeypatch.setenv(keyed.KEY, held)
    with pytest.raises(RecipeError) as caught:
        CLEANERS.build("hash", {}).ready()
    assert "secrets.token_urlsafe" in caught.value.hint
    assert held is None or "short" not in str(caught.value)
    with pytest.raises(RecipeError, match=keyed.KEY):
        hashed("Ann")


def test_the_training_file_tells_the_sort_and_a_frame_is_hashed_like_a_request() -> None:
    series = pl.Series("who", ["138 1234 5678", "139 1234 5678", None])
    clean = cleaning.settled([CLEANERS.build("hash", {})], ["hash"], series)
    assert clean[0].settings["sort"] == "phone"
    assert SECRET not in str(clean)
    made = cleaning.mended(series, clean)
    assert made.to_list() == [hashed("+8613812345678", sort="phone"), hashed(13912345678, sort="phone"), None]
    assert cleaning.mended(made, clean).to_list() == made.to_list()
    assert isinstance(clean[0], Cleaning)
