"""Ten thousand dirty rows of every kind become the same bytes in training, in batches and in the server.

To take a new part in, give it a column below whose values it mends, or a line under `prepare`. Nothing else changes.
"""

from __future__ import annotations

import csv
import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from modelyard import families, run
from modelyard.core.blocks import stacked
from modelyard.data import records
from modelyard.data.cleaning import CLEANERS
from modelyard.data.read import check_rows
from modelyard.release import batch
from modelyard.serve.exchanges.mlflow import Mlflow
from modelyard.serve.exchanges.native import Native
from modelyard.serve.exchanges.v2 import V2
from modelyard.serve.infer import Served
from modelyard.serve.settings import Limits
from modelyard.serve.telemetry import Telemetry
from tests import making

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from modelyard.core.blocks import Block
    from modelyard.core.types import Values


def wide(text: str) -> str:
    """The same in full-width characters."""
    return text.translate({sign: sign + 0xFEE0 for sign in range(0x21, 0x7F)})


ROWS = 10_000
LEARNT, SOME = 1_500, 400  # rows that are learnt from, and rows that go through what is slower than files
HTML = (
    "<p>Late &amp; <b>unpaid</b></p>",
    "按時還款，非常感謝<br>謝謝",
    "paid\u3000in full \ufb01ne",
    "臺灣的電腦，這是什麼？",
)
CITIES = ("北京", "北京市", " beijing", wide("BEIJING"), "臺北", "台北", "Berlin\u200b", "berlin ", "unbekannt", "无")
COLUMNS: dict[str, dict[str, Any]] = {
    "price": {"clean": [{"clean": "missing", "words": ["unbekannt", "-"]}, "number"]},
    "weight": {"clean": [{"clean": "number", "unit": "kg", "decimal": "."}]},
    "amount": {"clean": ["number"]},
    "share": {"clean": ["unicode", "whitespace", "number"]},
    "city": {
        "kind": "category",
        "clean": [
            *("unicode", "whitespace", "simplified"),
            {"clean": "levels", "case": "lower", "to": {"北京市": "北京", "beijing": "北京", "臺北": "台北"}},
            {"clean": "missing", "words": ["unbekannt", "无"]},
        ],
    },
    "active": {"clean": ["boolean"]},
    "bought": {"clean": ["dates"]},
    "seen": {"clean": ["serial"]},
    "comment": {"kind": "text", "clean": ["text", "unicode", "simplified", "whitespace"]},
    "code": {"kind": "identifier", "role": "ignore"},
    "age": {"kind": "number"},
    "home": {"kind": "category"},
    "member": {"kind": "boolean"},
    "since": {"kind": "time"},
    "bad": {"clean": [{"clean": "levels", "case": "fold"}]},
}


def values_of(row: int, size: float, day: datetime) -> dict[str, Any]:
    """A row as people write it; the next one is written otherwise."""
    german = f"{size:,.2f}".translate(str.maketrans(",.", ".,"))
    euros = (german, f"{german} €", f"EUR {german}", german.replace(".", " "), "unbekannt", f"({german})")
    weights = (f"{size:.2f} kg", f"{size:,.1f}g", f"{size:.0f} lb", f"{size:.3f}", wide("5 kg"), "2斤")
    amounts = (f"{size:.2f}万".replace(".", ","), "三千五百", f"{size:.0f}", "1,5 Mio.", "十二")
    shares = (f"{row % 100},5 %", wide(f"{row % 50}%"), f"{row % 7}\u3000%", wide(f"0,{row % 10}"))
    days = (
        *(f"{day:%d.%m.%Y}", f"{day:%d.%m.%Y %H:%M}", f"{day:%Y-%m-%d}", f"{day:%Y-%m-%dT%H:%M:%S}+02:00"),
        *(f"{day.year}年{day.month}月{day.day}日 下午{day.hour % 11 + 1}点", f"{day.day} Mar {day.year}"),
    )
    return {
        "price": euros[row % 6],
        "weight": weights[row % 6],
        "amount": amounts[row % 5],
        "share": shares[row % 4],
        "city": CITIES[row % 10],
        "active": ("ja", "Nein", "是", "否", "\u2713", "x", "yes", "FALSE")[row % 8],
        "bought": days[row % 6],
        "seen": 36_526 + float(day.toordinal() % 9_000) + row % 8 / 8,
        "comment": f"{HTML[row % 4]} {row % 11}",
        "code": f"K{row:05}",
        "age": float(20 + row % 60) + 0.5,
        "home": ("rent", "own", "父母家")[row % 3],
        "member": bool(row % 3),
        "since": f"{day:%Y-%m-%dT%H:%M:%S}",
    }


def written(rows: int) -> list[dict[str, Any]]:
    """Rows of which some values are missing; the target is what people write too."""
    random = np.random.default_rng(7)
    sizes, days = random.lognormal(5, 2, rows).round(2).tolist(), random.integers(0, 9_000, rows).tolist()
    gaps = random.random((rows, 14)) < 0.04
    made = []
    for row, (size, day) in enumerate(zip(sizes, days, strict=True)):
        when = datetime(2000, 1, 1) + timedelta(days=day, minutes=row % 1440)  # noqa: DTZ001 - as files hold it
        values = zip(values_of(row, size, when).items(), gaps[row], strict=True)
        bad = ("Yes", "YES", "no")[row % 3] if size > 150 or row % 9 == 0 else "No"
        made.append({**{name: None if gap else value for (name, value), gap in values}, "bad": bad})
    return made


class Same:
    """The trained run, its rows as they were written, and the blocks that training made of them."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.rows = folder, written(ROWS)
        with (folder / "rows.csv").open("w", encoding="utf-8", newline="") as file:
            lines = csv.DictWriter(file, list(self.rows[0]))
            lines.writeheader()
            lines.writerows(self.rows)
        (folder / "rows.jsonl").write_bytes(b"\n".join(json.dumps(row).encode() for row in self.rows))
        (folder / "learnt.jsonl").write_bytes(b"\n".join(json.dumps(row).encode() for row in self.rows[:LEARNT]))
        said = {
            "version": 1,
            "name": "same",
            "target": "bad",
            "positive": "yes",
            "model": "linear",
            "evidence": {"robustness": False, "importance": False, "weak_slices": False},
            "card": {"pictures": False},
            "data": str(folder / "learnt.jsonl"),
            "columns": COLUMNS,
            "prepare": [{"step": "clip", "columns": ["price"]}, {"step": "impute", "by": "model"}],
        }
        self.run = run.train(said, home=folder / "yard")
        self.bundle = self.run.bundle
        frame = families.source(folder / "rows.csv").read(folder, self.bundle.schema.texts)
        self.table = check_rows(frame.collect(), self.bundle.schema)
        assert self.run.trained is not None
        self.blocks = self.run.trained.features.of_table(self.table)
        self.answers = self.bundle.run(dict(self.blocks))
        self.served = Served("same", self.bundle, Limits(rows=ROWS), Telemetry({"same": self.bundle.digest}))

    @property
    def asked(self) -> list[dict[str, Any]]:
        """The rows without what only training knows."""
        return [{name: value for name, value in row.items() if name != "bad"} for row in self.rows]

    def encoded(self, pieces: Sequence[Mapping[str, Values]]) -> dict[str, Block]:
        return stacked((self.bundle.features(piece) for piece in pieces), ROWS)

    def differing(self, blocks: Mapping[str, Block]) -> list[str]:
        """The columns whose blocks are of other bytes than training's."""
        if self.blocks.keys() != blocks.keys():
            return sorted(self.blocks.keys() ^ blocks.keys())
        rows = len(next(iter(blocks.values())))
        mine = {name: block if rows == ROWS else block.take(np.arange(rows)) for name, block in self.blocks.items()}
        return [name for name in mine if not making.same(mine[name], blocks[name])]


@pytest.fixture(scope="module")
def same(tmp_path_factory: pytest.TempPathFactory) -> Same:
    return Same(tmp_path_factory.mktemp("same"))


def test_what_is_compared_is_mended_by_these_cleaners() -> None:
    used = {one if isinstance(one, str) else one["clean"] for said in COLUMNS.values() for one in said.get("clean", ())}
    mended = {
        "boolean",
        "dates",
        "levels",
        "missing",
        "number",
        "serial",
        "simplified",
        "text",
        "unicode",
        "whitespace",
    }
    assert used == mended <= set(CLEANERS.names)


@pytest.mark.parametrize("name", ["rows.csv", "rows.jsonl"])
def test_a_batch_of_records_is_encoded_as_training_encoded_it(same: Same, name: str) -> None:
    source = families.source(same.folder / name)
    pieces = list(records.of(source, same.bundle.schema, same.folder, name).pieces(3_000))
    assert same.differing(same.encoded([same.bundle.columns(piece) for piece in pieces])) == []


def test_a_frame_is_encoded_and_answered_as_training_did(same: Same) -> None:
    frame = families.source(same.folder / "rows.csv").read(same.folder, same.bundle.schema.texts)
    assert same.differing(same.bundle.features(same.bundle.columns(frame.collect()))) == []
    answers = np.concatenate(list(batch.outputs(same.bundle, frame, 4_000)))
    assert answers.tobytes() == same.answers.tobytes()


def test_the_server_reads_and_answers_as_training_did(same: Same) -> None:
    body = json.dumps(same.asked, ensure_ascii=False).encode()
    asked = Native().read(same.served, body, {})
    assert same.differing(same.bundle.features(same.bundle.signature.columns(asked.records))) == []
    told = json.loads(same.served.answer(Native(), body, {}))["predictions"]
    assert [each["prediction"] for each in told] == [r["prediction"] for r in same.bundle.records(same.answers)]
    first = same.answers[:, 0].tolist()
    assert [each["probabilities"][same.bundle.names[0]] for each in told] == first


def test_a_row_alone_is_encoded_as_among_others(same: Same) -> None:
    for row in range(0, ROWS, ROWS // 50):
        blocks = same.bundle.features(same.bundle.columns(same.asked[row]))
        alone = {name: block.take(np.array([row])) for name, block in same.blocks.items()}
        assert [name for name in alone if not making.same(alone[name], blocks[name])] == []


def test_the_other_protocols_carry_the_same_values(same: Same) -> None:
    some = same.asked[:SOME]
    columns = {name: [row[name] for row in some] for name in some[0] if name != "code"}
    tensors = [
        {"name": name, "shape": [SOME], "datatype": DATATYPES.get(name, "BYTES"), "data": values}
        for name, values in columns.items()
    ]
    lines = [",".join(columns)] + [
        ",".join("" if value is None else f'"{value}"' for value in row) for row in zip(*columns.values(), strict=True)
    ]
    asks: list[tuple[Any, bytes, dict[bytes, bytes]]] = [
        (V2(), json.dumps({"inputs": tensors}).encode(), {}),
        (Mlflow(), json.dumps({"dataframe_records": some}).encode(), {}),
        (Mlflow(), json.dumps({"inputs": columns}).encode(), {}),
        (Mlflow(), "\n".join(lines).encode(), {b"content-type": b"text/csv"}),
    ]
    for exchange, body, headers in asks:
        asked = exchange.read(same.served, body, headers)
        blocks = same.bundle.features(same.bundle.signature.columns(asked.records))
        assert same.differing(blocks) == [], (exchange, headers)


DATATYPES = {"seen": "FP64", "age": "FP64", "member": "BOOL"}
