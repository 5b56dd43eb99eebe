"""A yard's address, and what of it is shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelyard.core.errors import UsageError
from modelyard.release.ledger.place import CACHE, Place

SECRET = "s3cr3t%21"  # noqa: S105 - of no database


@pytest.mark.parametrize(
    ("word", "shown"),
    [
        (f"postgresql+psycopg://ada:{SECRET}@db.example:5433/yard", "postgresql://ada:***@db.example:5433/yard"),
        (f"postgres://ada@db/yard?password={SECRET}&sslmode=require", "postgresql://ada@db/yard"),
        ("postgresql:///yard?host=/run/postgresql", "postgresql:///yard"),
    ],
)
def test_a_url_is_shown_without_its_secrets(word: str, shown: str) -> None:
    place = Place.of(word)
    assert not place.is_folder
    assert str(place).replace(":***", "") == shown.replace(":***", "")
    for told in (str(place), repr(place), f"{place}"):
        assert SECRET not in told
        assert "s3cr3t!" not in told
    assert place.address == word


def test_a_drivers_words_lose_the_password() -> None:
    place = Place.of(f"postgresql://ada:{SECRET}@db/yard?options=-chush%3Dmore")
    told = place.without_secrets("no entry for ada with s3cr3t! and -chush=more")
    assert told == "no entry for ada with *** and ***"


@pytest.mark.parametrize("home", ["yard", "/a/b c", "C:\\yard", Path("x/y")])
def test_a_folder_is_a_folder(home: str | Path) -> None:
    place = Place.of(home)
    assert place.is_folder
    assert place.folder == Path(home)
    assert str(place) == str(home)


@pytest.mark.parametrize(
    "word",
    [
        f"mysql://ada:{SECRET}@db/yard",
        f"sqlite:///{SECRET}.db",
        f"s3://{SECRET}/yard",
        f"postgresql://ada:{SECRET}@db:port/yard",
        f"postgresql+asyncpg://ada:{SECRET}@db/yard",
    ],
)
def test_another_url_is_refused_without_its_secrets(word: str) -> None:
    with pytest.raises(UsageError) as caught:
        Place.of(word)
    assert SECRET not in str(caught.value)
    assert "postgresql+psycopg://" in caught.value.hint


def test_files_of_a_database_lie_in_a_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert Place.of("postgresql://db/yard").folder == tmp_path / "xdg" / "modelyard"
    monkeypatch.setenv("MODELYARD_CACHE", str(tmp_path / "own"))
    assert Place.of("postgresql://db/yard").folder == tmp_path / "own"


def test_lines_of_two_databases_never_lie_in_one_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CACHE, str(tmp_path))
    words = ("user@host/one", "user@host/two", "user@other/one", "user@/one?host=/run/a", "user@/one?host=/run/b")
    folders = [Place.of(f"postgresql://{word}").log for word in words]
    assert len(set(folders)) == len(words)
    assert Place.of("postgresql+psycopg://user:secret@host/one?sslpassword=secret").log == folders[0]
    assert Place.of(tmp_path).log == tmp_path / "log"
