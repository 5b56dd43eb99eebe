"""A first recipe for a table: every choice with its reason beside it, so that a person can disagree."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from modelyard.core.errors import DataError, nearest
from modelyard.core.types import Column, Json, Kind, Role, Task
from modelyard.data import hints, infer, plain, values

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl

# Names that people give to what they want to predict, the likeliest first.
TARGETS = (
    *("target", "label", "labels", "class", "y", "outcome", "response", "churn", "churned", "default", "status"),
    *("score", "rating", "price", "survived", "result", "目标", "标签", "类别", "分类", "结果", "状态", "评分", "价格"),
)
UNFIT = frozenset({Kind.IDENTIFIER, Kind.TEXT, Kind.IMAGE, Kind.TIME})  # kinds that a guess at the target passes over
WIDEST = 60  # cells at which the comments of a block still begin in one column
INTERVALS = ("coverage", "interval_width")  # metrics of what a sketched recipe of numbers asks for
LOOKED_AT = 200  # texts of a column that tell its language
ENGLISH = 0.98  # of letters
SMALL = 200  # rows under which a test set says little


class Line(NamedTuple):
    """A line of YAML and what is said of it."""

    text: str
    comment: str = ""


@dataclass(frozen=True)
class Aim:
    """The column to predict, and why this one."""

    column: str
    reason: str


def sketch(
    frame: pl.DataFrame, name: str, data: str | Mapping[str, Json], metrics: Mapping[Task, Sequence[str]], aim: Aim
) -> str:
    """The recipe of a plain frame as YAML with comments.

    `data` is written as given; `metrics` are the usual ones of each task.
    """
    target = frame[aim.column]
    task, why = infer.task_of(target)
    where = "; a path starts from this file" if isinstance(data, str) or "path" in data else ""
    by, dealt = ("stratified", ", each class in proportion") if task.classifies else ("random", "")
    blocks = [
        [
            Line("version: 1"),
            Line(f"name: {_flow(name)}", "the release's name too"),
            Line(f"data: {_flow(data)}", f"{frame.height} rows, {frame.width} columns{where}"),
        ],
        [
            Line(f"target: {_flow(aim.column)}", aim.reason),
            Line(f"task: {task}", why),
            *_beside(target, task),
        ],
        [
            Line("# What each column means. Where a guess is wrong, change the kind, or add role: ignore."),
            Line("columns:"),
            *_columns(frame, aim.column),
        ],
        [
            Line(f"# 60% of the rows to learn from, 20% for choices along the way, 20% for the report{dealt}."),
            *([Line("# Few rows: expect wide intervals.")] if frame.height < SMALL else []),
            Line(f"split: {{by: {by}, valid: 0.2, test: 0.2}}"),
        ],
        [
            Line(
                "model: {name: auto, preset: quick}",
                "within a minute; balanced: five, best: thirty",
            ),
            *_other_models(_readable(frame), aim.column),
        ],
        [
            Line("# What is measured on the test rows, each with a 95% interval."),
            Line(f"metrics: [{', '.join([*metrics[task], *([] if task.classifies else INTERVALS)])}]"),
        ],
        [Line("# What a release must pass."), Line("gates:"), *_gates(target, task)],
        [Line("seed: 7", "the same seed on the same data gives the same bundle, to the digest")],
    ]
    head = "# A first recipe, sketched from the data. A line that begins with '#' says why, or offers a choice.\n\n"
    return head + "\n\n".join("\n".join(_aligned(block)) for block in blocks) + "\n"


def aim_at(frame: pl.DataFrame, target: str | None) -> Aim:
    """The column to predict: the one asked for, else one whose name says so, else the last that could be.

    Raises:
        DataError: there is no such column, or none that could be predicted.
    """
    if target is not None:
        if target not in frame.columns:
            raise DataError(f"no column called '{target}'", "--target", nearest(target, frame.columns))
        strange = plain.unreadable(frame)
        if target in strange:
            raise DataError(f"'{target}' holds {strange[target]}, which cannot be predicted", "--target")
        return Aim(target, "as asked")
    fit = [name for name in _readable(frame).columns if _could_be_target(frame[name])]
    if not fit:
        raise DataError("no column varies and repeats as a target does", "the data", "say which: --target COLUMN")
    by_name = {name.casefold().strip(): name for name in reversed(fit)}
    by_last_word = {re.split(r"[\W_]+", folded)[-1]: name for folded, name in by_name.items()}
    for known in (by_name, by_last_word):
        for word in TARGETS:
            if word in known:
                return Aim(known[word], "a guess from the column's name; another one: --target COLUMN")
    return Aim(fit[-1], "a guess: the last column that could be one; another one: --target COLUMN")


def name_of(stem: str) -> str:
    """A recipe's name from a file's.

    >>> name_of("customers 2026 (final)"), name_of("客户 数据"), name_of("--")
    ('customers-2026-final', '客户-数据', 'model')
    """
    return re.sub(r"[^\w.]+", "-", stem).strip("-.")[:64] or "model"


def _could_be_target(series: pl.Series) -> bool:
    return series.drop_nulls().n_unique() > 1 and infer.guess(series).kind not in UNFIT


def _beside(target: pl.Series, task: Task) -> list[Line]:
    """What answers are like: with intervals, or about one of two classes."""
    if task is Task.REGRESSION:
        return [
            Line("intervals: 0.9", "answers come with low and high, which hold the truth nine times in ten"),
            Line("# target_transform: log", "where it grows by factors, as prices do"),
        ]
    if task is not Task.BINARY:
        return []
    level = infer.classes(target, task, None)[-1]
    rows = sum(values.level(value) == level for value in target.drop_nulls().to_list())
    told = f"the class that f1, precision and recall are about ({rows} of {len(target)} rows)"
    storage = values.storage_of(target.dtype)
    return [Line(f"positive: {_flow(level if storage == 'float' else values.restored(level, storage))}", told)]


def _readable(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.drop(list(plain.unreadable(frame)))


def _columns(frame: pl.DataFrame, target: str) -> list[Line]:
    strange = plain.unreadable(frame)
    schema = infer.schema(_readable(frame), target, {})
    return [
        Line(f"  {_flow(name)}: {{role: ignore}}", f"holds {strange[name]}, which no kind reads")
        if name in strange
        else _column(schema[name], frame[name])
        for name in frame.columns
    ]


def _column(column: Column, series: pl.Series) -> Line:
    if column.role is Role.TARGET:
        return Line(f"  # {_flow(column.name)} is the target")
    if column.kind is not Kind.TIME and (mended := hints.hint(series)) is not None:
        return Line(f"  {_flow(column.name)}: {{kind: {mended.kind}, clean: {_flow(mended.clean)}}}", mended.reason)
    role = ", role: ignore" if column.role is Role.IGNORE else ""
    missing = series.null_count()
    gaps = f"; {missing} missing" if 0 < missing < len(series) else ""
    return Line(f"  {_flow(column.name)}: {{kind: {column.kind}{role}}}", column.reason + gaps)


def _other_models(frame: pl.DataFrame, target: str) -> list[Line]:
    lines = [Line("# model: linear", "done in a second, and hard to beat on small tables")]
    texts = [name for name in frame.columns if name != target and infer.guess(frame[name]).kind is Kind.TEXT]
    if not texts:
        return lines
    weights = "all-MiniLM-L6-v2" if _in_english(frame.select(texts)) else "multilingual-e5-small"
    model = f"name: pretrained, weights: {weights}"
    return [
        *lines,
        Line(f"# model: {{{model}, tuning: full}}", "the most that texts give, in minutes; modelyard[samples]"),
        Line(f"# compare: [bag, {{{model}, tuning: head}}]", "is it worth its price? The report answers"),
    ]


def _in_english(texts: pl.DataFrame) -> bool:
    """Whether nearly all letters of the first texts are of the Latin alphabet without accents."""
    told = "".join(str(text) for name in texts.columns for text in texts[name].drop_nulls().head(LOOKED_AT))
    letters = [sign for sign in told if sign.isalpha()]
    return sum(sign.isascii() for sign in letters) >= ENGLISH * len(letters)


def _gates(target: pl.Series, task: Task) -> list[Line]:
    """A bound that the constant answer does not reach, and the gate that people want next."""
    known = target.drop_nulls()
    if task is Task.BINARY:
        metric, bound = "roc_auc", 0.6
        why = "0.5 is a coin's, 1.0 is perfect: raise it to what you promise"
    elif task is Task.MULTICLASS:
        most = int(known.value_counts()["count"].max()) / len(known)  # type: ignore[arg-type]
        metric, bound = "accuracy", round(most + (1 - most) / 10, 2)
        why = f"always saying the commonest class reaches {most:.2f}: raise it to what you promise"
    else:
        spread = float(known.std() or 0.0)  # type: ignore[arg-type]
        metric, bound = "rmse", float(f"{0.9 * spread:.3g}")
        why = f"always saying the mean reaches {spread:.3g}: lower it to what you promise"
    gate = "at_most" if task is Task.REGRESSION else "at_least"
    return [
        Line(f"  - {{gate: {gate}, metric: {metric}, bound: {_flow(bound)}}}", why),
        Line(f"  # - {{gate: not_worse, metric: {metric}}}", "than the release in place"),
    ]


def _flow(value: object) -> str:
    """A value as it stands on one line of YAML, inside braces too."""
    for style in (None, '"'):
        how: dict[str, Any] = {"allow_unicode": True, "width": 1 << 30, "sort_keys": False, "default_style": style}
        listed = str(yaml.safe_dump([value], default_flow_style=True, **how)).strip()
        if listed.isprintable():
            break
    return listed[1:-1]


def _aligned(lines: Sequence[Line]) -> list[str]:
    width = max((w for line in lines if line.comment and (w := _cells(line.text)) <= WIDEST), default=0)
    return [
        line.text + " " * max(width - _cells(line.text), 0) + "  # " + _on_one_line(line.comment)
        if line.comment
        else line.text
        for line in lines
    ]


def _cells(text: str) -> int:
    """How wide a terminal draws a text: a Chinese character takes two cells."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def _on_one_line(text: str) -> str:
    return "".join(character if character.isprintable() else " " for character in text)
