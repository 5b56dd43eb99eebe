"""A bundle: a directory that answers for itself, with neither torch nor pickle."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

import msgspec
import onnxruntime as ort
from onnxruntime.capi import onnxruntime_pybind11_state as refusals

from modelyard.core import cores, events, groups, order
from modelyard.core.blocks import feeds
from modelyard.core.decisions import Decision, decide
from modelyard.core.errors import BundleError
from modelyard.core.types import Column, Floats, Schema, Values
from modelyard.data import cleaning
from modelyard.data.values import restored
from modelyard.features.fit import Features
from modelyard.release import manifest as manifests
from modelyard.release import reports
from modelyard.release import rows as edge
from modelyard.release.signature import Signature

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from modelyard.core.explaining import Explanation, Way
    from modelyard.release.manifest import Manifest

# onnxruntime's own classes for a graph that it does not take; they share no base.
REFUSALS = (refusals.Fail, refusals.InvalidGraph, refusals.InvalidProtobuf, refusals.NotImplemented, RuntimeError)
RANGE = ("prediction", "low", "high")  # what is answered of a number; without an interval the first alone
TREATING = frozenset({"mask", "hash", "pseudonym", "generalise"})  # cleaners for what is not to be kept as it came
SMALL = 8 << 20  # bytes: a smaller graph answers a row faster on one thread than it takes to wake a second


class Answer(TypedDict):
    """What a model says, in the one shape that it has everywhere.

    A record is `{"prediction": "bad", "probabilities": {"bad": 0.81, "good": 0.19}}`, for regression
    `{"prediction": 312000.0}`, with an interval `{"prediction": 312000.0, "low": 290000.0, "high": 340000.0}`.
    """

    predictions: list[dict[str, Any]]


class Bundle:
    """A loaded bundle. Make one with `Bundle.load` (or `modelyard.load`)."""

    def __init__(self, folder: Path, manifest: Manifest, files: Mapping[str, bytes]) -> None:
        """From files that were read and checked.

        Raises:
            BundleError: they do not fit together.
        """
        self.folder, self.manifest = folder, manifest
        try:
            self.schema = msgspec.json.decode(files["schema.json"], type=Schema)
            cleaning.check_installed(self.schema)
            self.report = reports.decode(files[manifests.REPORT])
            self.features = Features.restore(msgspec.json.decode(files["encoders.json"], type=list), files)
            self.session = _session(files["model.onnx"])
            small = len(files["model.onnx"]) < SMALL
            self.workers = cores.mine() if small else 1  # the session has the cores, or its callers
            self.decision = _decision(files.get("decision.json"))
            self.recipe = files["recipe.yaml"].decode()
            self.example: dict[str, Any] = msgspec.json.decode(files["example.json"], type=dict)
            self._reference = files["reference.json"]  # read when it is asked for
        except KeyError as error:
            raise BundleError(f"lacks {error.args[0]}", str(folder), "train again") from error
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise BundleError("holds a file that this Modelyard cannot read", str(folder), "train again") from error
        if reports.lasting_digest(self.report) != manifest.report:
            raise manifests.altered(folder, manifests.REPORT)
        target = self.schema.target
        self.labels = tuple(restored(level, target.storage) for level in target.levels)
        self.names = target.levels
        self.numbers = () if self.names else RANGE[: self.session.get_outputs()[0].shape[1]]
        self.wanted = frozenset(node.name for node in self.session.get_inputs())

    @classmethod
    def load(cls, folder: str | Path) -> Bundle:
        """Read a bundle and check every file against its digest.

        Raises:
            BundleError: it is no bundle, altered, cut short, or made by a newer Modelyard.
        """
        place = Path(folder)
        manifest = manifests.read(place)
        return cls(place, manifest, manifests.contents(place, manifest))

    @property
    def name(self) -> str:
        """The recipe's name."""
        return self.manifest.name

    @property
    def digest(self) -> str:
        """The SHA-256 over all that decides the answers."""
        return self.manifest.digest

    @cached_property
    def signature(self) -> Signature:
        """The message types of its rows."""
        return Signature(self.schema, self.group)

    @cached_property
    def group(self) -> Column | None:
        """The column by whose groups decisions are made, where they are; it may be missing, and hold what is new."""
        if self.decision is None or not self.decision.column:
            return None
        return replace(self.schema[self.decision.column], nullable=True, closed=False)

    @cached_property
    def summaries(self) -> dict[str, dict[str, Any]]:
        """What is kept of each column of the test rows, by its name.

        Raises:
            BundleError: it cannot be read.
        """
        try:
            columns: dict[str, dict[str, Any]] = msgspec.json.decode(self._reference, type=dict)["columns"]
        except (KeyError, msgspec.MsgspecError) as error:
            place = f"{self.folder}/reference.json"
            raise BundleError("holds no summaries that this Modelyard can read", place, "train again") from error
        return columns

    @cached_property
    def protects(self) -> bool:
        """Whether its recipe treats personal data, so that rows as clients send them are to be kept nowhere."""
        from modelyard.recipe import parse  # pydantic, as below

        protect = parse.packed(self.recipe).protect
        treated = any(one.name in TREATING for column in self.schema.columns for one in column.clean)
        return treated or protect.found != "report" or bool(protect.columns)

    @cached_property
    def ways(self) -> dict[str, Way]:
        """How the recipe says that a person can change a column."""
        from modelyard.recipe import parse  # pydantic, which predicting does without

        return {name: column.change for name, column in parse.packed(self.recipe).columns.items()}

    def predict(self, rows: object) -> Answer:
        """Answers for a dict, a list of dicts, a Polars or pandas frame, or an Arrow table: one record a row.

        Raises:
            DataError: the rows are not what the schema says; all that is wrong at once.
        """
        columns = self.columns(rows)
        return {"predictions": self.records(self.ask(columns), self.groups(columns))}

    def outputs(self, rows: object) -> Floats:
        """The model's bare answers, [rows, outputs] float32: probabilities in the order of `names`, or values.

        Raises:
            DataError: the rows are not what the schema says.
        """
        return self.ask(self.columns(rows))

    def columns(self, rows: object) -> dict[str, Values]:
        """What is read of rows, by column: values [rows].

        Raises:
            DataError: the rows are not what the schema says.
        """
        frame = edge.frame_of(rows)
        if frame is not None:
            return edge.columns_of(frame, self.schema, self.group)
        records = edge.records_of(rows, self.signature.known)
        return self.signature.columns(self.signature.convert(records))

    def groups(self, columns: Mapping[str, Values]) -> npt.NDArray[Any] | None:
        """The rows' groups, [rows] of str, where decisions are made by them."""
        return None if self.group is None else groups.named(columns[self.group.name], self.group)

    def explain(
        self,
        rows: object,
        method: str = "shapley",
        *,
        of: object = None,
        background: object = None,
        **settings: Any,  # noqa: ANN401 - the explainer's own
    ) -> Explanation:
        """Why these rows are answered as they are: what each column, or piece of a text, adds to the answer.

        Args:
            rows: as `predict` takes them.
            method: the explainer's name: shapley, lime, counterfactual.
            of: the class whose probability is explained; the positive one of two, else the one that is answered.
            background: rows that stand for what may be where a value is not known, of which 100 are taken; where none
                are given they are drawn from the summaries in the bundle.
            settings: the explainer's, such as `permutations=1000`.

        Raises:
            UsageError: there is no such explainer, class or setting, or it asks for more than a bundle has.
            DataError: the rows are not what the schema says.
        """
        from modelyard.release import explaining

        return explaining.explain(self, rows, method, of=of, background=background, **settings)

    def ask(self, columns: Mapping[str, Values]) -> Floats:
        """Encode values [rows] and run the graph: [rows, outputs] float32."""
        return self.run(self.features(columns))

    def run(self, inputs: dict[str, Any]) -> Floats:
        """Run the graph on encoded rows: [rows, outputs] float32."""
        rows = len(next(iter(inputs.values())))
        return order.answer(inputs, self.batch, lambda done: events.step("predicting", done, rows), self.workers)

    def records(self, outputs: Floats, groups: npt.NDArray[Any] | None = None) -> list[dict[str, Any]]:
        """Bare answers [rows, outputs] as records, decided by the rows' groups where these are known."""
        if not self.names:
            return [dict(zip(self.numbers, row, strict=True)) for row in outputs.tolist()]
        best = decide(outputs, self.decision, groups).tolist()
        return [
            {"prediction": self.labels[most], "probabilities": dict(zip(self.names, row, strict=True))}
            for most, row in zip(best, outputs.tolist(), strict=True)
        ]

    def batch(self, inputs: dict[str, Any]) -> Floats:
        """Run the graph once on encoded rows, however many: [rows, outputs] float32."""
        given = feeds(inputs)
        if len(given) != len(self.wanted):  # the graph leaves out what cannot change an answer
            given = {name: array for name, array in given.items() if name in self.wanted}
        answers: Floats = self.session.run(["answers"], given)[0]
        return answers

    def _repr_html_(self) -> str:
        return self.report._repr_html_()


def _decision(content: bytes | None) -> Decision | None:
    return None if content is None else msgspec.json.decode(content, type=Decision)


def _session(graph: bytes) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = 1 if len(graph) < SMALL else cores.mine()
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return ort.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    except REFUSALS as error:
        raise BundleError("the graph cannot be loaded", "model.onnx", "train again, or upgrade onnxruntime") from error
