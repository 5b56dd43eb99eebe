"""The comparison of few labels counts right, and reads a mail once."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from modelyard.data import samples
from textual import few


def test_mails_that_say_the_same_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    frame = pl.DataFrame(
        {
            "subject": ["Re: lunch", "re: LUNCH 12", "Win", None],
            "body": ["At noon?", "at Noon!", "Cheap & free", None],
            "label": ["ham", "ham", "spam", "ham"],
        }
    )
    monkeypatch.setattr(samples, "frame", lambda _item: frame)
    told = few.spam()
    assert told.texts == ["Re: lunch\nAt noon?", "Win\nCheap & free"]
    assert told.labels == ["ham", "spam"]


def test_an_interval_of_a_mean_is_students() -> None:
    low, high = few.interval(np.array([1.0, 2.0, 3.0]))
    assert [low, high] == pytest.approx([2 - 2.4841, 2 + 2.4841], abs=1e-3)
    assert few.interval(np.array([0.5])) == (0.5, 0.5)
