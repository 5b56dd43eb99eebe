"""Pseudonyms: one for a person, in all columns and tables of a domain."""

from __future__ import annotations

import re
import secrets
from typing import Any

import pytest

from modelyard.core.errors import RecipeError
from modelyard.data.cleaning import CLEANERS
from modelyard.data.personal import keyed


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(keyed.KEY, secrets.token_urlsafe(32))


def named(value: object, **settings: Any) -> Any:
    return CLEANERS.build("pseudonym", settings)(value)


def test_it_reads_as_what_it_stands_for() -> None:
    assert re.fullmatch(r"person-[0-9A-Z]{10}-[0-9A-Z]{6}", named("Ann Lee", sort="name"))
    assert named("ann@example.org", sort="email").startswith("email-")
    assert named("x").startswith("value-")
    assert re.fullmatch(r"to \[e-mail email-\S+\]", named("to ann@example.org", inside=True))


def test_a_domain_joins_columns_and_parts_worlds() -> None:
    assert named("Ann Lee", sort="name", domain="person") == named("ANN  LEE", sort="name")
    assert named("Ann Lee", domain="staff") != named("Ann Lee", domain="patient")
    whole = named("ann@example.org", sort="email", domain="person")
    assert named("to ann@example.org", inside=True, domain="person") == f"to [e-mail {whole}]"
    assert named(f"to [e-mail {whole}]", inside=True, domain="person") == f"to [e-mail {whole}]"


def test_it_stays_and_a_made_up_one_does_not() -> None:
    made = named("Ann Lee", domain="person")
    assert named(made, domain="person") == made
    assert named("person-0000000000-000000", domain="person") != "person-0000000000-000000"


def test_a_domain_is_a_word() -> None:
    with pytest.raises(RecipeError, match="domain"):
        CLEANERS.build("pseudonym", {"domain": "Two Words"})
