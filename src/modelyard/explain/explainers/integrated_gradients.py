"""What each column, or token of a text, adds to a network's answer: gradients along the way from a baseline to the row.

phi_i = (x_i - b_i) * integral over a in [0, 1] of dF(b + a (x - b)) / dx_i (Sundararajan 2017, equation 1), by the rule
of Gauss and Legendre. What has no gradient of its own, levels and tokens, goes by its embedding. The
baseline is the mean of the background, for a text as many tokens that say nothing; the base is what is answered there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
import torch
from pydantic import Field
from torch import Tensor, nn

from modelyard.core import events
from modelyard.core.blocks import Raw, Tokens, take
from modelyard.core.errors import UsageError
from modelyard.core.explaining import Columns, Reason, Share, Subject, Why
from modelyard.core.protocols import Explainer
from modelyard.core.registry import part
from modelyard.core.types import Floats, Kind
from modelyard.explain.game import count, shown
from modelyard.models.layers.embed import Embed
from modelyard.models.layers.encoder import TextEncoder
from modelyard.models.layers.texts import Texts
from modelyard.train import batches
from modelyard.train.predictor import TorchPredictor

if TYPE_CHECKING:
    from modelyard.core.blocks import Block

BATCH = 64  # points along the way that are answered at once


@part
class IntegratedGradients(Explainer):
    """`steps` points along the way, and twice as many until the shares sum to the answer less the base.

    They do so within `tolerance`, for numbers a share of the answer; else after `most` points, with what is left.
    """

    adds_up: ClassVar[bool] = True
    asks: ClassVar[Literal["graph", "network", "truth"]] = "network"

    steps: int = Field(default=64, ge=1, le=10_000)
    most: int = Field(default=1024, ge=1, le=100_000, description="points after which no more are asked")
    tolerance: float = Field(default=1e-4, gt=0)

    def __call__(self, model: Subject, rows: Columns, background: Columns) -> tuple[Reason, ...]:
        """A `Why` a row.

        Raises:
            UsageError: there is no network, or none whose embeddings are known, or steps stand before it.
        """
        network = model.network
        if not isinstance(network, TorchPredictor):
            hint = "use shapley, which asks any model"
            raise UsageError("'integrated_gradients' asks a network, and this model is none", "explain", hint)
        network.module.eval()
        blocks = _encoded(model, {column.name: rows[column.name] for column in model.columns})
        emptied = {
            column.name: np.array([""], dtype=object).repeat(count(background))
            if column.kind is Kind.TEXT
            else background[column.name]
            for column in model.columns
        }
        behind = _encoded(model, emptied)
        way = Way(network.module, list(blocks), behind)
        found = []
        for row in range(count(rows)):
            one = take(blocks, np.array([row]))
            found.append(self._why(model, way, one, {name: values[row] for name, values in rows.items()}, row))
            events.step("explaining", row + 1, count(rows))
        return tuple(found)

    def _why(self, model: Subject, way: Way, one: dict[str, Block], values: dict[str, Any], row: int) -> Why:
        steps, output = self.steps, int(model.output[row])
        base, answer = way.ends(one, output)
        near = self.tolerance * (1.0 if model.classes else max(abs(answer), abs(base), 1e-12))
        while True:
            amounts = way.amounts(one, output, steps)
            left = answer - base - sum(float(amount.sum()) for amount in amounts.values())
            if abs(left) <= near or 2 * steps > self.most:
                break
            steps *= 2
        shares: list[Share] = []
        for column in model.columns:
            block, amount = one[column.name], amounts.get(column.name, np.zeros(1))
            if isinstance(block, Tokens) and model.tokens is not None and len(block.ids) == len(amount):
                told = model.tokens(column.name, block.ids)
                shares += [
                    Share(column.name, float(each), token, place)
                    for place, (each, token) in enumerate(zip(amount, told, strict=True))
                ]
            else:
                shares.append(Share(column.name, float(amount.sum()), shown(values[column.name], column)))
        return Why(model.of[row], answer, base, tuple(shares))


def _encoded(model: Subject, columns: Columns) -> dict[str, Block]:
    """Each column as the network reads it.

    Raises:
        UsageError: the network does not read them one by one, as steps prepare them together.
    """
    found: dict[str, Block] = {}
    for name, values in columns.items():
        held = model.encode(name, values)
        if isinstance(held, Raw):
            hint = "use shapley, which tells of the columns as they come"
            raise UsageError("the network reads what `prepare` makes of the columns, not them", "explain", hint)
        found[name] = held
    return found


@dataclass(frozen=True)
class Bend:
    """A module whose output goes from a baseline to what it is: `columns` are its output's parts, `width` each.

    It is asked once for each of them where it reads `tokens`, and once for all where it does not.
    """

    module: nn.Module
    columns: tuple[str, ...]
    width: int
    tokens: bool
    baseline: Tensor


@dataclass
class Passed:
    """Points that went through bends in one pass, each with the way that it has come along, and its columns."""

    points: list[tuple[Tensor, Tensor, Callable[[Floats], dict[str, Floats]]]] = field(default_factory=list)


class Way:
    """From the baseline to a row, in a network's numbers and embeddings."""

    def __init__(self, module: nn.Module, names: list[str], behind: dict[str, Block]) -> None:
        """`behind` is the background, encoded.

        Raises:
            UsageError: a column reaches the network by no embedding that is known.
        """
        self.module, self.names = module, names
        self.places = {f"x{place}": name for place, name in enumerate(names)}
        feeds = batches.tensors(behind)
        self.numbers = {name: feed.mean(dim=0) for name, feed in feeds.items() if name.endswith("_values")}
        with torch.no_grad():
            self.bends = list(self._bends(feeds, behind))
        reached = {column for bend in self.bends for column in bend.columns}
        reached |= {self.places[name.partition("_")[0]] for name in self.numbers}
        if lost := [name for name in names if name not in reached]:
            hint = "use shapley, which asks any model"
            raise UsageError(f"the network reads {', '.join(lost)} by no embedding that is known", "explain", hint)

    def ends(self, one: dict[str, Block], output: int) -> tuple[float, float]:
        """What is answered at the baseline and at the row [1]."""
        with torch.no_grad():
            answers = self._answers(one, torch.tensor([0.0, 1.0]), Passed())
        return float(answers[0, output]), float(answers[1, output])

    def amounts(self, one: dict[str, Block], output: int, steps: int) -> dict[str, Floats]:
        """What each column of the row [1] adds, [1], or each of its tokens, [tokens]."""
        nodes, weights = np.polynomial.legendre.leggauss(steps)
        along, weights = (nodes + 1) / 2, weights / 2
        found: dict[str, Floats] = {}
        for start in range(0, steps, BATCH):
            passed = Passed()
            points = torch.from_numpy(along[start : start + BATCH].astype(np.float32))
            answers = self._answers(one, points, passed)
            gradients = torch.autograd.grad(answers[:, output].sum(), [point for point, _, _ in passed.points])
            share = torch.from_numpy(weights[start : start + BATCH])
            for (_, way, parted), gradient in zip(passed.points, gradients, strict=True):
                product = torch.einsum("s,s...->...", share, (way * gradient).double())
                for column, amount in parted(product.numpy()).items():
                    found[column] = found.get(column, np.zeros(1)) + amount
        return found

    def _answers(self, one: dict[str, Block], along: Tensor, passed: Passed) -> Tensor:
        """[points, outputs] at places `along` the way, [points] in [0, 1]."""
        feeds = batches.tensors(take(one, np.zeros(len(along), dtype=np.int64)))
        for name, baseline in self.numbers.items():
            column = self.places[name.partition("_")[0]]
            feeds[name] = _point(feeds[name], baseline, along, passed, partial(_whole, column))
        with self._bent(along, passed):
            answers: Tensor = self.module(feeds)
        return answers

    @contextmanager
    def _bent(self, along: Tensor, passed: Passed) -> Iterator[None]:
        with ExitStack() as hooks:
            for bend in self.bends:
                hooks.enter_context(bend.module.register_forward_hook(_hook(bend, along, passed)))
            yield

    def _bends(self, feeds: dict[str, Tensor], behind: dict[str, Block]) -> Iterator[Bend]:
        for part_ in self.module.modules():
            if isinstance(part_, Embed):
                for table, names in zip(part_.tables, part_.codes, strict=True):
                    mean = table(torch.stack([feeds[name] for name in names], dim=1)).mean(dim=0)
                    yield Bend(table, self._columns(names), mean.shape[0] // len(names), tokens=False, baseline=mean)
                for name, bag in part_.bags.items():
                    mean = bag(feeds[f"{name}_ids"], feeds[f"{name}_weights"]).mean(dim=0)
                    yield Bend(bag, self._columns([name]), mean.shape[0], tokens=False, baseline=mean)
            elif isinstance(part_, Texts):
                for name, words in part_.words.items():
                    yield Bend(words, self._columns([name]), 0, tokens=True, baseline=torch.zeros(1))
            elif isinstance(getattr(part_, "encoder", None), TextEncoder):
                texts: Any = part_
                columns, table = self._columns(texts.texts), texts.encoder.network.get_input_embeddings()
                block: Any = behind[columns[0]]
                nothing = table.weight[block.padding].detach()
                yield Bend(table, columns, 0, tokens=True, baseline=nothing)

    def _columns(self, names: list[str]) -> tuple[str, ...]:
        return tuple(self.places[name.partition("_")[0]] for name in names)


def _hook(bend: Bend, along: Tensor, passed: Passed) -> Callable[[nn.Module, Any, Tensor], Tensor]:
    """Put points in the place of what a module gives; the columns of one that is asked for each come in turn."""
    turn = iter(bend.columns)

    def bent(_module: nn.Module, _given: Any, out: Tensor) -> Tensor:  # noqa: ANN401 - torch's own
        if bend.tokens:
            column = next(turn)
            return _point(out, bend.baseline, along, passed, lambda summed: {column: summed.sum(axis=-1)})

        def parted(summed: Floats) -> dict[str, Floats]:
            ends = np.arange(1, len(bend.columns)) * bend.width
            return {
                name: part_.sum(keepdims=True) for name, part_ in zip(bend.columns, np.split(summed, ends), strict=True)
            }

        return _point(out, bend.baseline, along, passed, parted)

    return bent


def _whole(column: str, summed: Floats) -> dict[str, Floats]:
    """A column's own."""
    return {column: summed.sum(keepdims=True)}


def _point(
    there: Tensor, baseline: Tensor, along: Tensor, passed: Passed, parted: Callable[[Floats], dict[str, Floats]]
) -> Tensor:
    """The points [points, ...] between a baseline [...] and `there` [points, ...], kept for their gradients."""
    way = (there - baseline).detach()
    point = (baseline + along.reshape(-1, *[1] * (way.dim() - 1)) * way).detach().requires_grad_()
    passed.points.append((point, way, parted))
    return point
