"""A network that learns from no label: it answers as it was built."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from modelyard.core import events, seeds
from modelyard.core.protocols import Learns, Model, Network
from modelyard.core.types import Kind, Task
from modelyard.train.predictor import Answering, TorchPredictor
from modelyard.train.seeded import deterministic

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelyard.core.blocks import Examples
    from modelyard.core.protocols import Settings


@dataclass(frozen=True)
class Ready(Model):
    """The network as a model."""

    network: Network
    tasks: ClassVar[frozenset[Task]] = frozenset({Task.BINARY, Task.MULTICLASS})
    learns: ClassVar[Learns] = "nothing"

    def encoders(self) -> Mapping[Kind, Settings]:
        """Those that the network wants."""
        return self.network.encoders()

    def memory(self, rows: Examples) -> float:
        """None beside the rows: they are not looked at."""
        return 8.0 * len(rows)

    def fit(self, train: Examples, valid: Examples, task: Task, *, seed: int) -> TorchPredictor:  # noqa: ARG002
        """Build the network; of `train` it may look at the columns and at the names of the classes alone.

        Raises:
            RecipeError: the network does not read these blocks, or knows no such class.
        """
        events.step("reading descriptions", 0, 1)
        with deterministic(seeds.derive(seed, "weights")):
            module = self.network.build(train, self.network.training())
        events.step("reading descriptions", 1, 1)
        answering = Answering(module, 0.0, 1.0, classifies=True)
        answering.eval()
        return TorchPredictor(answering, {name: block.spec for name, block in train.inputs.items()})
