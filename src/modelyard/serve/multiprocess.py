"""What several workers of one server counted, as one: each writes its figures into a file that all may read.

A worker that takes a dead one's place goes on from the dead one's counts, so that no counter ever falls.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import Metric

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

EVERY = 1.0  # seconds between two writings
ADDED = frozenset({"counter", "histogram", "summary"})


class Sample(msgspec.Struct, array_like=True, gc=False):
    """One figure of a family."""

    name: str
    labels: dict[str, str]
    value: float

    @property
    def key(self) -> tuple[str, tuple[tuple[str, str], ...]]:
        """What makes it the same figure as another worker's."""
        return self.name, tuple(sorted(self.labels.items()))


class Family(msgspec.Struct, array_like=True):
    """Figures of one meaning."""

    name: str
    told: str
    kind: str
    samples: list[Sample]


READ = msgspec.msgpack.Decoder(list[Family])


class AllWorkers:
    """One worker's figures among those of all; it writes its own every second while it is started."""

    def __init__(self, folder: str, slot: int, registry: CollectorRegistry) -> None:
        """The place of worker number `slot`, whose counts so far are its own."""
        self.folder, self.registry = Path(folder), registry
        self.own = self.folder / f"{slot}.figures"
        self._before = [family for family in _read(self.own) if family.kind in ADDED]
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="modelyard-figures", daemon=True)

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def stop(self) -> None:
        """Write a last time."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()

    def text(self) -> bytes:
        """The figures of all workers, as Prometheus reads them; those of others are a second old at most."""
        others = [_read(path) for path in sorted(self.folder.glob("*.figures")) if path != self.own]
        registry = CollectorRegistry()
        registry.register(_Of(summed([self._counted(), *others])))
        return generate_latest(registry)

    def _counted(self) -> list[Family]:
        return summed([_collected(self.registry), self._before])

    def _run(self) -> None:
        ending = False
        while not ending:
            ending = self._stopped.wait(EVERY)
            with suppress(OSError):  # a full disk: others see older figures
                written = self.own.with_suffix(".new")
                written.write_bytes(msgspec.msgpack.encode(self._counted()))
                written.replace(self.own)


class _Of:
    """Families as a registry asks for them."""

    def __init__(self, families: Iterable[Family]) -> None:
        self.families = families

    def collect(self) -> Iterator[Metric]:
        for family in self.families:
            metric = Metric(family.name, family.told, family.kind)
            for sample in family.samples:
                metric.add_sample(sample.name, sample.labels, sample.value)
            yield metric


def summed(workers: Iterable[Iterable[Family]]) -> list[Family]:
    """What is counted is added; of what stands at a value the highest is told, of a beginning the first."""
    families: dict[str, tuple[Family, dict[Any, Sample]]] = {}
    for family in (family for each in workers for family in each):
        _, samples = families.setdefault(family.name, (family, {}))
        for sample in family.samples:
            known = samples.get(sample.key)
            if known is None:
                samples[sample.key] = Sample(sample.name, sample.labels, sample.value)
            elif sample.name.endswith("_created"):
                known.value = min(known.value, sample.value)
            elif family.kind in ADDED:
                known.value += sample.value
            else:
                known.value = max(known.value, sample.value)
    return [Family(one.name, one.told, one.kind, list(samples.values())) for one, samples in families.values()]


def _collected(registry: CollectorRegistry) -> list[Family]:
    return [
        Family(
            family.name,
            family.documentation,
            family.type,
            [Sample(each.name, dict(each.labels), float(each.value)) for each in family.samples],
        )
        for family in registry.collect()
    ]


def _read(path: Path) -> list[Family]:
    """What a worker wrote; nothing where it has not yet."""
    try:
        return READ.decode(path.read_bytes())
    except (OSError, msgspec.MsgspecError):
        return []
