"""The benchmark of splits, on few rows: its future is another one, and its ways deal out what they say."""

import polars as pl
import pytest

import splits


@pytest.mark.parametrize("question", splits.QUESTIONS[1:3], ids=lambda question: question.item)
def test_the_future_shares_no_group_or_lies_behind(question: splits.Question) -> None:
    frame = splits.table(question)
    later = splits.future(frame, question)
    assert later.mean() == pytest.approx(splits.LATER, abs=0.05)
    past, future = (frame.filter(mask)[question.by] for mask in (~later, later))
    if question.split["by"] == "time":
        assert past.max() < future.min()  # type: ignore[operator]
    else:
        assert not set(past.to_list()) & set(future.to_list())


def test_each_way_deals_out_the_rows() -> None:
    lines = splits.paces(4000)
    assert [line["way"]["by"] for line in lines] == ["random", "stratified", "group", "time"]
    for line in lines:
        assert line["parts"] == pytest.approx([2400, 800, 800], rel=0.12)
    assert isinstance(splits.many(50).train.frame, pl.DataFrame)
