"""Pictures from a table to an answer: digits are told apart, and what is served is what training said."""

from __future__ import annotations

import base64
import json
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest
from PIL import Image
from sklearn.datasets import load_digits

from modelyard import run
from modelyard.core.errors import DataError, MissingExtraError
from modelyard.release import batch
from modelyard.release.bundle import Bundle
from modelyard.serve.app import App
from tests import drawing, making
from tests.serve.asking import Client

if TYPE_CHECKING:
    from pathlib import Path

    from modelyard.run import Run


LINEAR = {"name": "linear", "penalty": 0.01}


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Run:
    told = load_digits()
    pictures = [drawing.file(Image.fromarray((image * 15).astype(np.uint8))) for image in told.images]
    frame = pl.DataFrame({"picture": pictures, "digit": [f"d{number}" for number in told.target]})
    columns = {"picture": {"kind": "image", "encoder": {"name": "pixels", "side": 8}}}
    return making.train(tmp_path_factory.mktemp("digits"), frame, target="digit", columns=columns, model=LINEAR)


@pytest.fixture(scope="module")
def client(digits: Run) -> Client:
    return Client(App({"digits": digits.bundle}))


def figure(made: Run, metric: str) -> float:
    return next(score.value for score in made.report.scores if score.metric == metric and score.slice is None)


def text(content: bytes, before: str = "") -> str:
    return before + base64.b64encode(content).decode()


def test_digits_are_told_apart(digits: Run) -> None:
    assert digits.report.rows["test"] > 300
    assert figure(digits, "accuracy") >= 0.95


def test_what_is_served_is_what_training_said(digits: Run, client: Client) -> None:
    some = digits.test.frame["picture"].to_list()[:20]
    records = [{"picture": text(one, "data:image/png;base64," * (place % 2))} for place, one in enumerate(some)]
    answered = client.post(records, "/models/digits/predict").json()["predictions"]
    assert answered == digits.bundle.predict(digits.test.frame.head(20))["predictions"]
    assert answered == digits.bundle.predict([{"picture": one} for one in some])["predictions"]
    given = [[row["probabilities"][name] for name in digits.bundle.names] for row in answered]
    np.testing.assert_allclose(given, digits.answers[:20], atol=1e-5)
    assert client.post(digits.bundle.example, "/models/digits/predict").status_code == 200


def test_other_protocols_carry_the_same_text(digits: Run, client: Client) -> None:
    (picture,) = digits.test.frame["picture"].to_list()[:1]
    plain = client.post({"picture": text(picture)}, "/models/digits/predict").json()
    split = {"dataframe_split": {"columns": ["picture"], "data": [[text(picture)]]}}
    assert client.post(split, "/models/digits/invocations").json()["predictions"] == [plain]
    tensor = {"name": "picture", "shape": [1], "datatype": "BYTES", "data": [text(picture)]}
    answered = client.post({"inputs": [tensor]}, "/v2/models/digits/infer").json()
    assert answered["outputs"][0]["data"] == [plain["prediction"]]


WRONG: list[tuple[Any, str]] = [
    ("rows/7.png", "text that is no base64"),
    ("/etc/hostname", "text that is no base64"),
    ("/etc/hostname+00", "got something else"),
    (text(b"a secret"), "got something else"),
    (text(drawing.square()[:50]), "got a damaged one"),
    (7, "expected a picture"),
    (None, "expected a picture"),
]


@pytest.mark.parametrize(("sent", "problem"), WRONG)
def test_what_is_no_picture_is_refused_without_its_content(sent: Any, problem: str, client: Client) -> None:
    answered = client.post({"picture": sent}, "/models/digits/predict")
    assert answered.status_code == 422
    assert problem in answered.text
    assert "secret" not in answered.text
    assert "hostname" not in answered.text


def test_its_description_says_base64(client: Client) -> None:
    told = client.get("/openapi.json").json()["components"]["schemas"]
    (record,) = [schema for name, schema in told.items() if name.startswith("Record")]
    assert record["properties"]["picture"]["contentEncoding"] == "base64"
    assert record["properties"]["picture"]["x-kind"] == "image"


def test_a_bundle_says_that_it_needs_pillow(digits: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "PIL.Image", None)
    with pytest.raises(MissingExtraError, match="a column of pictures: needs the package 'PIL'"):
        Bundle.load(digits.bundle.folder)


def test_nothing_of_a_picture_is_in_the_bundle(digits: Run) -> None:
    written = b"".join(file.read_bytes() for file in digits.bundle.folder.rglob("*") if file.is_file())
    for content in digits.test.frame["picture"].to_list()[:50]:
        assert text(content).encode() not in written
        assert content not in written
    known = json.loads((digits.bundle.folder / "reference.json").read_bytes())["columns"]["picture"]
    assert set(known) == {"kind", "missing", "bytes"}


def test_the_whole_report_of_pictures_that_may_be_missing(tmp_path: Path) -> None:
    frame = drawing.table(120)
    gaps = [None if row % 9 == 0 else content for row, content in enumerate(frame["picture"])]
    told = making.train(
        tmp_path,
        frame.with_columns(pl.Series("picture", gaps)),
        augment=["flip", "mixup"],
        columns={"n": {"role": "slice"}},
        evidence={"robustness": True, "importance": True, "weak_slices": True},
    )
    assert told.report.rows["test"] == 24
    assert any("augmented rows (flip, mixup)" in note for note in told.report.notes)
    assert {line.on for line in told.report.stress} == {"picture"}
    for method in ("shapley", "lime"):
        found = told.bundle.explain(frame.head(2), method)
        assert {share.value for reason in found.reasons for share in reason.shares} == {"a picture"}  # type: ignore[union-attr]
    again = run.evaluate(told.bundle, str(tmp_path / "rows.parquet"))
    assert figure_of(again) > 0.8
    with pytest.raises(DataError, match="no such column"):
        told.bundle.predict(frame.select("n"))


def figure_of(report: Any) -> float:
    return float(next(score.value for score in report.scores if score.metric == "accuracy"))


def test_a_table_of_paths_is_answered_as_one_of_bytes(
    digits: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = digits.test.frame.select("picture").head(5)
    for row, content in enumerate(held["picture"]):
        (tmp_path / f"{row}.png").write_bytes(content)
    named = pl.DataFrame({"picture": [f"{row}.png" for row in range(5)]})
    monkeypatch.chdir(tmp_path)
    (answered,) = batch.answers(digits.bundle, named.lazy())
    np.testing.assert_array_equal(answered.outputs, digits.bundle.outputs(held))
    with pytest.raises(DataError, match="text that is no base64"):
        digits.bundle.predict(named)  # as a request may bring them: no file is opened
