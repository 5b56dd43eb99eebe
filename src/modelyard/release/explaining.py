"""Why a bundle answers as it does, from the bundle alone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from modelyard.core import order
from modelyard.core.decisions import decide
from modelyard.core.errors import DataError, RecipeError, UsageError, nearest
from modelyard.core.explaining import Explanation, Subject
from modelyard.data.values import level
from modelyard.explain import background as backgrounds
from modelyard.explain.family import EXPLAINERS
from modelyard.explain.game import count
from modelyard.features import held as holding
from modelyard.features.tokenizing import FittedTokens

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelyard.core.explaining import Columns, Held
    from modelyard.core.protocols import Explainer
    from modelyard.core.types import Floats, Ints, Values
    from modelyard.release.bundle import Bundle

BACKGROUND = 100  # rows that stand for what may be, of those that are given
UNCALIBRATED = "what the network itself answers is explained, before its probabilities were calibrated"
DRAWN = 50  # of summaries
INDEPENDENT = "the background is drawn from the bundle's summaries, each column by itself: give rows as `background`"


class Fitted(Protocol):
    """What training fitted: the model's own fit, and what it was finished to be."""

    @property
    def bare(self) -> object:
        """The model's own."""

    @property
    def predictor(self) -> object:
        """What the bundle answers as."""


def explain(
    bundle: Bundle,
    rows: object,
    method: str = "shapley",
    *,
    of: object = None,
    background: object = None,
    trained: Fitted | None = None,
    **settings: Any,  # noqa: ANN401 - the explainer's own
) -> Explanation:
    """Why the bundle answers these rows as it does.

    Args:
        bundle: what answers.
        rows: as `bundle.predict` takes them.
        method: the explainer's name.
        of: the class whose probability is explained; the positive one of two, else the one that is answered.
        background: rows that stand for what may be where a value is not known, of which 100 are taken; where none are
            given they are drawn from the summaries in the bundle.
        trained: what training fitted, for an explainer that asks the network itself.
        settings: the explainer's.

    Raises:
        UsageError: there is no such explainer, class or setting, or the explainer asks for more than a bundle has.
        DataError: the rows are not what the schema says, or there are none.
    """
    explainer = built(method, settings)
    check(explainer, method, trained)
    columns, groups = _read(bundle, rows)
    if count(columns) == 0:
        raise DataError("there are no rows to explain", "rows")
    seed = int(getattr(explainer, "seed", 7))
    notes: tuple[str, ...] = ()
    if background is None:
        behind: Columns = backgrounds.drawn(bundle.schema.features, bundle.summaries, DRAWN, seed)
        notes = (INDEPENDENT,) if explainer.compares else ()
    else:
        behind = backgrounds.thinned(_read(bundle, background)[0], BACKGROUND, seed)
        if count(behind) == 0:
            raise DataError("there are no rows to compare with", "background")
    model = replace(subject(bundle, columns, of, groups), network=trained.bare if trained else None)
    if explainer.asks == "network" and trained and trained.bare is not trained.predictor:
        notes = (*notes, UNCALIBRATED)
    return Explanation(bundle.name, method, explainer.adds_up, explainer(model, columns, behind), notes)


def built(method: str, settings: Mapping[str, Any]) -> Explainer:
    """An explainer with its settings.

    Raises:
        UsageError: there is none of this name, or a setting does not fit.
    """
    try:
        return EXPLAINERS.build(method, settings, "explain")
    except RecipeError as error:
        raise UsageError.of(error.problems) from error


def check(explainer: Explainer, method: str, trained: Fitted | None = None) -> None:
    """A bundle has what the explainer asks.

    Raises:
        UsageError: it has not.
    """
    if explainer.asks == "network" and trained is None:
        hint = "ask the training: modelyard.train(...).explain(rows, method=...), or use shapley, which asks the graph"
        raise UsageError(f"'{method}' asks the fitted network, which a bundle does not keep", "explain", hint)
    if explainer.asks == "truth":
        hint = "it is measured in training: bundle.report.importance; `evidence: {importance: true}` in the recipe"
        raise UsageError(f"'{method}' asks the truth of the rows, and tells of all of them together", "explain", hint)


def _read(bundle: Bundle, rows: object) -> tuple[Columns, Any]:
    """What the model reads of rows, and the rows' groups, [rows] of str, where decisions are made by them."""
    found = bundle.columns(rows)
    return {column.name: found[column.name] for column in bundle.schema.features}, bundle.groups(found)


def subject(bundle: Bundle, columns: Columns, of: object, groups: Any = None) -> Subject:  # noqa: ANN401 - [rows] of str
    """The bundle as explainers see it, for rows as values; a row stays of its group whatever else of it changes.

    Raises:
        UsageError: `of` is no class.
    """

    def encode(name: str, values: Values) -> Held:
        return holding.hold(bundle.features, name, values)

    def run(blocks: dict[str, Held]) -> Floats:
        return order.answer(holding.inputs(bundle.features, blocks), bundle.batch, lambda _done: None, bundle.workers)

    def tokens(name: str, ids: Ints) -> list[str]:
        encoder = bundle.features.fitted[name]
        known = encoder.tokenizer if isinstance(encoder, FittedTokens) else None
        return [str(known.id_to_token(int(number)) if known else number) for number in ids]

    def decided(answers: Floats, places: Ints) -> Ints:
        if not bundle.names:
            return np.zeros(len(answers), dtype=np.int64)
        return decide(answers, bundle.decision, None if groups is None else groups[places])

    rows = count(columns)
    output = _output(bundle, rows, of, lambda: decided(bundle.ask(columns), np.arange(rows)))
    named = tuple(bundle.names[place] for place in output.tolist()) if bundle.names else ("",) * rows
    return Subject(
        columns=bundle.schema.features,
        encode=encode,
        run=run,
        output=output,
        of=named,
        decide=decided,
        classes=bundle.names,
        known=bundle.summaries,
        ways=bundle.ways,
        tokens=tokens,
        workers=bundle.workers,
    )


def _output(bundle: Bundle, rows: int, of: object, answered: Any) -> Any:  # noqa: ANN401 - a call that gives Ints
    if not bundle.names:
        if of is not None:
            raise UsageError("a number is predicted, which has no classes", "of", "leave it out")
        return np.zeros(rows, dtype=np.int64)
    if of is not None:
        if level(of) not in bundle.names:
            raise UsageError(f"no class called '{level(of)}'", "of", nearest(level(of), bundle.names))
        return np.full(rows, bundle.names.index(level(of)))
    return np.ones(rows, dtype=np.int64) if len(bundle.names) == 2 else answered()
