"""What a search has found out, on disk as soon as it is known: broken off, it goes on where it was."""

from __future__ import annotations

import io
import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import IO, TYPE_CHECKING, Any, Self
from zipfile import BadZipFile

import numpy as np
import optuna
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock
from optuna.trial import TrialState

from modelyard.core import artifacts, digest, seeds
from modelyard.core.protocols import Settings
from modelyard.core.tuning import Options, Range, Space
from modelyard.core.types import Floats
from modelyard.train.price import Price

if TYPE_CHECKING:
    from pathlib import Path

    from modelyard.core.types import Json

BROKEN = (
    OSError,
    ValueError,
    KeyError,
    TypeError,
    EOFError,
    BadZipFile,
)  # a record is unreadable


class BusyError(Exception):
    """Another process keeps this notebook."""


@dataclass(frozen=True)
class Record:
    """What one candidate came to: `answers` [judged rows, outputs] by models that had not seen them."""

    name: str
    settings: Settings
    answers: Floats
    seconds: float  # of all its fits
    price: Price

    @property
    def key(self) -> str:
        """Its name among records."""
        return key_of(self.name, self.settings)


def key_of(name: str, settings: Settings) -> str:
    """The name of a candidate among records."""
    return digest.of_json([name, dict(settings)])[:16]


class Unlocked(JournalFileOpenLock):
    """No lock but the folder's: one process writes, and each entry of a log is one append."""

    def acquire(self) -> bool:
        """Go on."""
        return True

    def release(self) -> None:
        """Nothing was held."""


class Notebook:
    """The records of one search in a folder of its own, and one Optuna study a model beside them."""

    def __init__(self, folder: Path, seed: int) -> None:
        """What lies in `folder` from before is found again.

        Raises:
            BusyError: another process searches there.
        """
        self.folder, self.seed = folder, seed
        folder.mkdir(parents=True, exist_ok=True)
        self.lock = _locked(folder / "lock")
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        self.studies: dict[str, optuna.Study] = {}
        _mended(folder / "trials.log")
        log = str(folder / "trials.log")
        self.storage = JournalStorage(JournalFileBackend(log, Unlocked(log)))

    def __enter__(self) -> Self:
        """Itself, until the block ends."""
        return self

    def __exit__(self, *_: object) -> None:
        """Leave it to others."""
        self.lock.close()

    def write(self, record: Record) -> None:
        """Keep a record, whole or not at all."""
        facts = [record.name, dict(record.settings), record.seconds, asdict(record.price)]
        content = io.BytesIO()
        np.savez_compressed(content, answers=record.answers, facts=np.array(json.dumps(facts)))
        artifacts.write_file(self.folder / f"{record.key}.npz", content.getvalue())

    def read(self, key: str) -> Record | None:
        """The record of that name, if there is one."""
        with suppress(*BROKEN), (self.folder / f"{key}.npz").open("rb") as file:
            held = np.load(file, allow_pickle=False)
            name, settings, seconds, price = json.loads(str(held["facts"]))
            return Record(name, settings, held["answers"], seconds, Price(**price))
        return None

    def records(self) -> list[Record]:
        """All of them."""
        found = [self.read(file.stem) for file in sorted(self.folder.glob("*.npz"))]
        return [record for record in found if record is not None]

    def study(self, name: str) -> optuna.Study:
        """A model's study; what was in flight when the search was broken off has failed."""
        if name not in self.studies:
            study = optuna.create_study(
                storage=self.storage,
                study_name=name,
                load_if_exists=True,
                direction="minimize",
                pruner=optuna.pruners.MedianPruner(n_startup_trials=4),
            )
            for trial in study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
                study.tell(trial.number, state=TrialState.FAIL)
            self.studies[name] = study
        return self.studies[name]

    def tuned(self, name: str) -> int:
        """How many trials of its own suggestion a model's study has ended."""
        ended = self.study(name).get_trials(deepcopy=False)
        return sum(trial.state.is_finished() and "record" not in trial.user_attrs for trial in ended)

    def suggest(self, name: str, space: Space) -> optuna.Trial:
        """A trial whose parameters follow from the seed and from the trials before it."""
        study = self.study(name)
        number = len(study.get_trials(deepcopy=False))
        study.sampler = optuna.samplers.TPESampler(seed=seeds.derive(self.seed, name, str(number)), n_startup_trials=5)
        return study.ask(dict(distributions(space)))

    def tell(self, name: str, trial: optuna.Trial, loss: float | None, state: TrialState) -> None:
        """How a trial of a study ended."""
        self.study(name).tell(trial, loss, state=state)

    def tell_untuned(self, name: str, record: Record, space: Space, loss: float) -> None:
        """Let a study learn, once, from settings that it did not suggest, as far as they lie in its space."""
        study = self.study(name)
        if any(trial.user_attrs.get("record") == record.key for trial in study.get_trials(deepcopy=False)):
            return
        settings = record.settings
        known = {key: over for key, over in space.items() if key in settings and _holds(over, settings[key])}
        told = optuna.trial.create_trial(
            params={key: _told(over, settings[key]) for key, over in known.items()},
            distributions=distributions(known),
            value=loss,
            user_attrs={"record": record.key},
        )
        study.add_trial(told)


def _locked(file: Path) -> IO[str]:
    """A file that is this process's until it is closed, or the process ends, however it ends."""
    held = file.open("w")
    with suppress(ImportError):
        import fcntl  # not on every system

        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            held.close()
            raise BusyError from error
    return held


def _mended(log: Path) -> None:
    """Without a last line that was cut short."""
    with suppress(FileNotFoundError):
        content = log.read_bytes()
        if content and not content.endswith(b"\n"):
            artifacts.write_file(log, content[: content.rfind(b"\n") + 1])


def settings_of(trial: optuna.Trial, space: Space) -> Settings:
    """The settings that a study suggests."""
    return {
        key: json.loads(trial.params[key]) if isinstance(over, Options) else trial.params[key]
        for key, over in space.items()
    }


def distributions(space: Space) -> dict[str, BaseDistribution]:
    """A space in Optuna's words."""
    return {name: _distribution(over) for name, over in space.items()}


def _distribution(over: Range | Options) -> BaseDistribution:
    if isinstance(over, Options):
        return CategoricalDistribution([json.dumps(value) for value in over.values])
    if over.whole:
        return IntDistribution(int(over.low), int(over.high), log=over.log)
    return FloatDistribution(over.low, over.high, log=over.log)


def _told(over: Range | Options, value: Json) -> Any:  # noqa: ANN401 - Optuna's
    return json.dumps(value) if isinstance(over, Options) else value


def _holds(over: Range | Options, value: Json) -> bool:
    if isinstance(over, Options):
        return value in over.values
    return isinstance(value, (int, float)) and over.low <= value <= over.high
