"""The card: the bundle's README.md, with the front matter that Hugging Face reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from modelyard.core.report import Comparison, Report, Score
    from modelyard.core.types import Schema

PIPELINES = {"text": "text-classification", "table": "tabular-classification", "number": "tabular-regression"}

COMPARED = [
    "## Is it worth its price?",
    "",
    "Other models were fitted beside it: [worth.md](worth.md) tells how well each answers, what it takes and what it",
    "costs. Times are of one machine and one day, so that page is outside the bundle's digest.",
    "",
]


def write(report: Report, schema: Schema, data_digest: str, compared: bool = False) -> str:  # noqa: FBT001, FBT002
    """Markdown; every number in it is the report's. Where models were `compared`, it says where that is told."""
    worth = COMPARED if compared else []
    return "\n".join([*_head(report, schema), *_quality(report), *worth, *_use(schema, data_digest)]) + "\n"


def _head(report: Report, schema: Schema) -> list[str]:
    about = (
        f"Predicts `{schema.target.name}` ({report.task}) with the model `{report.model}`, from "
        f"{len(schema.features)} columns. Trained on {report.rows['train']} rows, choices made on "
        f"{report.rows['valid']}, measured on {report.rows['test']} rows that no choice has seen."
    )
    front = yaml.safe_dump(_front(report, schema), sort_keys=False, allow_unicode=True).rstrip()
    return ["---", front, "---", "", f"# {report.name}", "", *_beware(report), about, ""]


def _quality(report: Report) -> list[str]:
    lines = ["## How good it is", "", "| metric | rows | value | 95% interval |", "| --- | --- | ---: | --- |"]
    lines += [*(_row(score, report) for score in report.scores), ""]
    if report.comparisons:
        lines += ["## Against the simplest answers", ""]
        lines += ["| baseline | metric | its value | difference | 95% interval | verdict |"]
        lines += ["| --- | --- | ---: | ---: | --- | --- |", *map(_against, report.comparisons), ""]
    if report.others:
        lines += ["## What to know", "", *[f"- {note}" for note in report.others], ""]
    return lines


def _beware(report: Report) -> list[str]:
    return [f"> **Beware: {report.doubt}.**", ""] if report.doubt else []


def _use(schema: Schema, data_digest: str) -> list[str]:
    lines = ["## What it reads", "", "| column | kind | may be missing |", "| --- | --- | --- |"]
    lines += [f"| {_cell(c.name)} | {c.kind} | {'yes' if c.nullable else 'no'} |" for c in schema.features]
    return [
        *lines,
        "",
        "## How to use it",
        "",
        "```python",
        "import modelyard",
        "",
        'bundle = modelyard.load(".")  # this folder',
        "print(bundle.predict(bundle.example))",
        "```",
        "",
        "or `modelyard serve .` and `POST /predict`.",
        "",
        f"Data digest: `{data_digest}`.",
        "To reproduce: `modelyard train recipe.yaml` on the same data gives the same digest.",
    ]


def _against(c: Comparison) -> str:
    spread = f"{c.low:+.4f} to {c.high:+.4f}"
    return f"| {c.baseline} | {c.metric} | {c.value:.4f} | {c.difference:+.4f} | {spread} | {c.verdict} |"


def _front(report: Report, schema: Schema) -> dict[str, object]:
    reads_text = any(column.kind == "text" for column in schema.features)
    pipeline = PIPELINES["number" if not report.task.classifies else "text" if reads_text else "table"]
    metrics = [{"type": s.metric, "value": round(s.value, 4)} for s in report.scores if s.slice is None]
    if report.doubt:  # no leaderboard is to show what means nothing
        metrics = []
    result = {"task": {"type": pipeline}, "dataset": {"name": report.name, "type": "private"}, "metrics": metrics}
    return {
        "library_name": "modelyard",
        "pipeline_tag": pipeline,
        "tags": ["modelyard", "onnx", str(report.task)],
        "model-index": [{"name": report.name, "results": [result]}],
    }


def _row(score: Score, report: Report) -> str:
    part, mark = _cell(score.slice) if score.slice else "all", "?" if report.doubt else ""
    return f"| {score.metric} | {part} ({score.rows}) | {score.value:.4f}{mark} | {score.low:.4f} to {score.high:.4f} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
