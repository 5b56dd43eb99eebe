"""The benchmark of intervals, on few data sets: they hold the truth about as often as they say."""

import pytest

import intervals
from modelyard.core.types import Task


def test_intervals_of_a_report_cover() -> None:
    lines = intervals.cover(Task.BINARY, intervals.JUDGED, rows=400, sets=400)
    wanted = [line for line in lines if (line.metric, line.slice) in intervals.WANTED]
    assert len(wanted) == len(intervals.WANTED)
    for line in wanted:
        assert line.sets == 400
        assert line.held == pytest.approx(0.95, abs=3 * 0.0109), line
        assert 0.05 < line.width < 0.4
