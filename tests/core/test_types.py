"""Blocks: what encoders make and graphs are fed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelyard.core.blocks import Bag, BlockSpec, Codes, Examples, Numbers, Tokens, feeds, join, places, take
from modelyard.core.report import Report as ReportType
from modelyard.core.report import Score
from modelyard.core.types import Column, Kind, Role, Schema, Task
from tests import making

if TYPE_CHECKING:
    from modelyard.core.blocks import Block

LENGTHS = [2, 0, 3, 1]
OFFSETS = np.array([0, 2, 2, 5, 6])
BLOCKS: list[tuple[Block, BlockSpec]] = [
    (Numbers(np.arange(8, dtype=np.float32).reshape(4, 2)), BlockSpec("numbers", 2)),
    (Codes(np.array([0, 3, 1, 2]), 5), BlockSpec("codes", 5)),
    (Tokens(np.arange(6, dtype=np.int32), OFFSETS, 30, padding=9), BlockSpec("tokens", 30)),
    (Bag(np.arange(6), OFFSETS, np.full(6, 0.5, np.float32), 64), BlockSpec("bag", 64)),
]


@pytest.mark.parametrize(("block", "spec"), BLOCKS, ids=lambda case: getattr(case, "form", ""))
def test_a_block_knows_its_form(block: Block, spec: BlockSpec) -> None:
    assert len(block) == 4
    assert block.spec == spec


@pytest.mark.parametrize(("block", "spec"), BLOCKS, ids=lambda case: getattr(case, "form", ""))
@given(rows=st.lists(st.integers(0, 3), max_size=9))
def test_taking_rows_of_a_block_takes_rows_of_its_arrays(block: Block, spec: BlockSpec, rows: list[int]) -> None:
    chosen = np.array(rows, dtype=np.int64)
    taken = block.take(chosen)
    assert (len(taken), taken.spec) == (len(rows), spec)
    for name, array in taken.arrays().items():
        whole = block.arrays()[name][chosen]
        width = array.shape[1] if array.ndim == 2 else None
        assert np.array_equal(array, whole if width is None else whole[:, :width])


def test_ragged_rows_are_filled_up_to_the_longest() -> None:
    tokens, bag = BLOCKS[2][0].arrays(), BLOCKS[3][0].arrays()
    assert tokens["ids"].tolist() == [[0, 1, 9], [9, 9, 9], [2, 3, 4], [5, 9, 9]]
    assert tokens["mask"].tolist() == [[1, 1, 0], [0, 0, 0], [1, 1, 1], [1, 0, 0]]
    assert tokens["ids"].dtype == tokens["mask"].dtype == np.int64
    assert bag["ids"].tolist() == [[0, 1, 0], [0, 0, 0], [2, 3, 4], [5, 0, 0]]
    assert bag["weights"].tolist() == [[0.5, 0.5, 0], [0, 0, 0], [0.5, 0.5, 0.5], [0.5, 0, 0]]


def test_rows_without_any_item_keep_one_place() -> None:
    empty = Tokens(np.zeros(0, np.int32), np.zeros(3, np.int64), 30, padding=9)
    assert empty.arrays()["ids"].tolist() == [[9], [9]]
    assert empty.arrays()["mask"].tolist() == [[0], [0]]


def test_feeds_are_named_by_place_whatever_the_columns_are_called() -> None:
    inputs = {"a b": BLOCKS[0][0], "年龄": BLOCKS[1][0], "x0": BLOCKS[2][0], "": BLOCKS[3][0]}
    assert list(feeds(inputs)) == ["x0_values", "x1_codes", "x2_ids", "x2_mask", "x3_ids", "x3_weights"]
    assert list(places({name: block.spec for name, block in inputs.items()})) == ["x0", "x1", "x2", "x3"]
    assert all(making.same(take(inputs, np.arange(4))[name], block) for name, block in inputs.items())


def test_examples_take_target_and_weight_along() -> None:
    examples = Examples({"n": BLOCKS[0][0]}, np.array([0, 1, 0, 1]), 2, np.array([1.0, 2.0, 3.0, 4.0]))
    some = examples.take(np.array([3, 0]))
    assert (some.target.tolist(), len(some), some.outputs) == ([1, 0], 2, 2)
    assert some.weight is not None
    assert some.weight.tolist() == [4.0, 1.0]
    assert Examples({"n": BLOCKS[0][0]}, np.zeros(4), 1).take(np.array([1])).weight is None


@given(cut=st.integers(0, 4))
def test_rows_cut_apart_and_joined_are_the_same_rows(cut: int) -> None:
    inputs: dict[str, Block] = {spec.form: block for block, spec in BLOCKS}
    whole = Examples(inputs, np.array([0, 1, 0, 1]), 2, np.array([1.0, 2.0, 3.0, 4.0]))
    joined = join(whole.take(np.arange(cut)), whole.take(np.arange(cut, 4)))
    assert all(making.same(joined.inputs[form], block) for form, block in inputs.items())
    assert joined.weight is not None
    assert (joined.target.tolist(), joined.outputs, joined.weight.tolist()) == ([0, 1, 0, 1], 2, [1, 2, 3, 4])


def test_rows_without_weights_weigh_one_beside_those_with_them() -> None:
    bare = Examples({"n": BLOCKS[0][0]}, np.zeros(4), 1)
    weighed = Examples({"n": BLOCKS[0][0]}, np.zeros(4), 1, np.full(4, 2.0))
    assert join(bare, bare).weight is None
    both = join(bare, weighed).weight
    assert both is not None
    assert both.tolist() == [1, 1, 1, 1, 2, 2, 2, 2]


def test_blocks_of_differing_width_are_not_joined() -> None:
    wide = Examples({"n": Numbers(np.zeros((4, 3), np.float32))}, np.zeros(4), 1)
    with pytest.raises(ValueError, match="size=3"):
        join(Examples({"n": BLOCKS[0][0]}, np.zeros(4), 1), wide)


def test_a_schema_finds_columns_by_name_and_role() -> None:
    schema = Schema(
        (Column("x", Kind.NUMBER), Column("y", Kind.CATEGORY, Role.TARGET), Column("s", Kind.NUMBER, Role.SLICE))
    )
    assert schema["s"].role is Role.SLICE
    assert [column.name for column in schema.features] == ["x"]
    assert schema.target.name == "y"
    with pytest.raises(KeyError):
        schema["z"]


def test_regression_alone_does_not_classify() -> None:
    assert [task for task in Task if not task.classifies] == [Task.REGRESSION]


def test_a_report_finds_scores_and_draws_itself_without_letting_names_in() -> None:
    scores = (Score("f1", 0.5, 0.4, 0.6, 9), Score("f1", 0.7, 0.6, 0.8, 5, "<b>年龄</b> 9"))
    report = ReportType("<i>risk", Task.BINARY, "linear", ("a", "b"), {}, "d", {"f1": True}, scores)
    assert report.score("f1") is scores[0]
    assert report.score("f1", "<b>年龄</b> 9") is scores[1]
    assert report.score("f1", "nobody") is report.score("auc") is None
    drawn = report._repr_html_()
    assert "0.7000" in drawn
    assert "<b>" not in drawn
    assert "<i>" not in drawn
