"""What is written for other people's machinery: complete, without a secret, and what their own rules ask."""

from __future__ import annotations

import importlib
import json
import re
import shlex
from typing import TYPE_CHECKING, Any

import pandas as pd  # noqa: TID251 - what MLflow hands over
import pytest
import yaml

import modelyard
from modelyard.core.errors import RecipeError, UsageError
from modelyard.core.types import Column, Kind
from modelyard.release import exporting
from modelyard.release.bundle import Bundle
from modelyard.release.exporting import EXPORTS, export
from modelyard.release.exports.mlflow import _input
from tests import making

if TYPE_CHECKING:
    from pathlib import Path

    from modelyard.run import Run

ANYWHERE = "0.0.0.0"  # noqa: S104 - in a container


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Of every kind of column, with a Chinese name and a Chinese column."""
    frame = making.table("binary")
    return making.train(tmp_path_factory.mktemp("made"), frame, name="风险", columns={"comment": {"kind": "text"}})


@pytest.fixture(scope="module")
def priced(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return making.train(tmp_path_factory.mktemp("priced"), making.table("regression"))


def write(bundle: Bundle, name: str, place: Path, **settings: Any) -> Path:
    export(bundle, EXPORTS.build(name, settings), place)
    return place


def documents(file: Path) -> dict[str, Any]:
    return {found["kind"]: found for found in yaml.safe_load_all(file.read_text(encoding="utf-8"))}


@pytest.mark.parametrize("name", EXPORTS.names)
def test_every_format_is_whole_and_holds_no_machine_path(made: Run, tmp_path: Path, name: str) -> None:
    place = tmp_path / "out"
    files = export(made.bundle, EXPORTS.build(name, {}), place)
    assert files == sorted(str(file.relative_to(place)) for file in place.rglob("*") if file.is_file())
    for file in place.rglob("*"):
        if file.is_file() and file.parent.name != "bundle" and file.suffix != ".npy":
            text = file.read_text(encoding="utf-8")
            assert str(tmp_path) not in text
            assert str(made.bundle.folder) not in text
            assert not re.search(r"\$[a-z{]", text), file  # every word of a template was said
    if (place / "bundle").is_dir():
        assert Bundle.load(place / "bundle").digest == made.bundle.digest
    with pytest.raises(UsageError, match="is there already"):
        export(made.bundle, EXPORTS.build(name, {}), place)


def test_a_failed_export_leaves_nothing(made: Run, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is no name of an image"):
        write(made.bundle, "docker", tmp_path / "out", image="two words\nRUN evil")
    assert list(tmp_path.iterdir()) == []


class TestMlflow:
    def test_what_mlflow_loads_answers_as_the_bundle(self, made: Run, tmp_path: Path) -> None:
        place = write(made.bundle, "mlflow", tmp_path / "out")
        told = yaml.safe_load((place / "MLmodel").read_text(encoding="utf-8"))["flavors"]["python_function"]
        model = importlib.import_module(told["loader_module"])._load_pyfunc(str(place / told["data"]))
        split = json.loads((place / "input_example.json").read_text(encoding="utf-8"))
        frame = pd.DataFrame(split["data"], columns=split["columns"])
        assert model.predict(frame) == made.bundle.predict(made.bundle.example)["predictions"]
        serving = json.loads((place / "serving_input_example.json").read_text(encoding="utf-8"))
        assert serving == {"dataframe_split": split}

    def test_the_signature_names_every_column_that_is_read(self, made: Run, tmp_path: Path) -> None:
        place = write(made.bundle, "mlflow", tmp_path / "out")
        said = yaml.safe_load((place / "MLmodel").read_text(encoding="utf-8"))["signature"]
        inputs = {each["name"]: each for each in json.loads(said["inputs"])}
        assert set(inputs) == {column.name for column in made.bundle.schema.features}
        assert inputs["年龄"] == {"type": "double", "name": "年龄", "required": False}
        assert [each["name"] for each in json.loads(said["outputs"])] == ["prediction", "probabilities"]

    def test_numbers_are_told_as_numbers(self, priced: Run, tmp_path: Path) -> None:
        place = write(priced.bundle, "mlflow", tmp_path / "out")
        said = yaml.safe_load((place / "MLmodel").read_text(encoding="utf-8"))["signature"]
        assert json.loads(said["outputs"]) == [{"type": "double", "name": "prediction", "required": True}]

    @pytest.mark.parametrize(
        ("column", "kind"),
        [
            (Column("x", Kind.NUMBER, storage="float"), "double"),
            (Column("x", Kind.NUMBER, storage="integer"), "double"),
            (Column("x", Kind.NUMBER, nullable=False, storage="integer"), "long"),
            (Column("x", Kind.CATEGORY, nullable=False, storage="integer"), "long"),
            (Column("x", Kind.CATEGORY, storage="string"), "string"),
            (Column("x", Kind.CATEGORY, storage="boolean"), "boolean"),
            (Column("x", Kind.TEXT), "string"),
            (Column("x", Kind.BOOLEAN, storage="integer"), "boolean"),
            (Column("x", Kind.TIME, storage="datetime"), "any"),
        ],
    )
    def test_a_column_has_mlflow_s_type(self, column: Column, kind: str) -> None:
        assert _input(column) == {"type": kind, "name": "x", "required": not column.nullable}

    def test_what_is_to_be_installed_is_pinned_and_has_no_torch(self, made: Run, tmp_path: Path) -> None:
        place = write(made.bundle, "mlflow", tmp_path / "out")
        lines = (place / "requirements.txt").read_text(encoding="utf-8").split()
        assert lines == ["mlflow>=3", f"modelyard=={modelyard.__version__}"]
        conda = yaml.safe_load((place / "conda.yaml").read_text(encoding="utf-8"))
        assert conda["dependencies"][-1] == {"pip": lines}


class TestDocker:
    def test_the_image_is_of_the_base_and_not_of_root(self, made: Run, tmp_path: Path) -> None:
        place = write(made.bundle, "docker", tmp_path / "out")
        lines = (place / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
        said = [line.partition(" ")[::2] for line in lines if line and not line.startswith("#")]
        steps = [word for word, _ in said]
        assert {"FROM", "COPY", "RUN", "USER", "HEALTHCHECK", "ENTRYPOINT", "CMD"} <= set(steps)
        assert steps.index("USER") < steps.index("CMD")
        assert dict(said)["USER"] == "10001:10001"
        command = json.loads(dict(said)["CMD"])
        assert command == ["serve", "/srv/bundle", "--host", ANYWHERE, "--port", "8080"]
        installed = next(shlex.split(rest) for word, rest in said if word == "RUN" and "install" in rest)
        assert f"modelyard=={modelyard.__version__}" in installed
        assert "/readyz" in dict(said)["HEALTHCHECK"]
        assert "bundle/ /srv/bundle/" in " ".join(rest for word, rest in said if word == "COPY")
        ignored = (place / ".dockerignore").read_text(encoding="utf-8").split()
        assert ignored == ["*", "!Dockerfile", "!bundle", "!wheels"]

    def test_it_answers_without_keys_only_when_told(self, made: Run, tmp_path: Path) -> None:
        file = write(made.bundle, "docker", tmp_path / "out", open=True) / "Dockerfile"
        assert file.read_text(encoding="utf-8").splitlines()[-1].endswith('"8080", "--open"]')

    def test_extras_are_installed_by_name(self, made: Run, tmp_path: Path) -> None:
        file = write(made.bundle, "docker", tmp_path / "out", extras=["postgresql", "store"]) / "Dockerfile"
        assert f"'modelyard[postgresql,store]=={modelyard.__version__}'" in file.read_text(encoding="utf-8")
        with pytest.raises(RecipeError, match="extras"):
            EXPORTS.build("docker", {"extras": ["train"]})


class TestKserve:
    def test_the_pod_is_probed_bounded_and_bare(self, made: Run, tmp_path: Path) -> None:
        place = write(made.bundle, "kserve", tmp_path / "out", memory=100 << 20, image="registry.example.com/risk:1")
        found = documents(place / "kubernetes.yaml")
        assert set(found) == {"Deployment", "Service", "HorizontalPodAutoscaler", "PodDisruptionBudget"}
        service = documents(place / "inferenceservice.yaml")["InferenceService"]
        for pod in (found["Deployment"]["spec"]["template"]["spec"], service["spec"]["predictor"]):
            (container,) = pod["containers"]
            assert pod["securityContext"]["runAsNonRoot"]
            assert pod["automountServiceAccountToken"] is False
            assert container["securityContext"]["readOnlyRootFilesystem"]
            assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
            assert container["image"] == "registry.example.com/risk:1"
            assert container["readinessProbe"]["httpGet"]["path"] == "/readyz"
            assert container["livenessProbe"]["httpGet"]["path"] == "/livez"
            assert container["resources"] == {
                "requests": {"cpu": "250m", "memory": "128Mi"},
                "limits": {"memory": "224Mi"},
            }
            assert container["args"] == ["serve", "/srv/bundle", "--host", ANYWHERE, "--port", "8080"]
            assert {mount["name"] for mount in container["volumeMounts"]} == {each["name"] for each in pod["volumes"]}

    def test_everything_selects_the_same_pods(self, made: Run, tmp_path: Path) -> None:
        found = documents(write(made.bundle, "kserve", tmp_path / "out") / "kubernetes.yaml")
        name = f"model-{made.bundle.digest[:8]}"
        labels = found["Deployment"]["spec"]["template"]["metadata"]["labels"]
        for selector in (
            found["Deployment"]["spec"]["selector"]["matchLabels"],
            found["Service"]["spec"]["selector"],
            found["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"],
        ):
            assert selector == {"app.kubernetes.io/name": name}
            assert selector.items() <= labels.items()
        assert found["HorizontalPodAutoscaler"]["spec"]["scaleTargetRef"]["name"] == name
        assert found["Deployment"]["metadata"]["annotations"]["modelyard/name"] == "风险"

    def test_no_secret_is_written(self, made: Run, tmp_path: Path) -> None:
        place = write(made.bundle, "kserve", tmp_path / "out", open=True)
        (container,) = documents(place / "kubernetes.yaml")["Deployment"]["spec"]["template"]["spec"]["containers"]
        assert container["args"][-1] == "--open"
        assert [set(each) for each in container["env"]] == [{"name", "valueFrom"}]


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("customer-risk", "customer-risk"),
        ("Häuser_Preis 2", "h-user-preis-2"),
        ("9lives", "model-9lives"),
        ("a" * 100, "a" * 40),
        ("../../etc", "etc"),
        ("风险", "model-4f1c0e9a"),
    ],
)
def test_a_name_becomes_a_label(name: str, wanted: str) -> None:
    assert exporting.slug(name, "4f1c0e9a7700") == wanted
