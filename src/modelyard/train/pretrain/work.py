"""The whole way of a pretraining: a tokenizer, pieces of text, the loop, and a folder that holds what was learnt."""

from __future__ import annotations

import math
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from tokenizers import Tokenizer

from modelyard.core import digest, events
from modelyard.core.artifacts import publish, staged_folder, write_file
from modelyard.core.errors import UsageError
from modelyard.core.registry import settings_of
from modelyard.core.training import Regularisation, Training
from modelyard.features import weights as pretrained
from modelyard.features.subwords import train_tokenizer
from modelyard.train.pretrain import mlm, skipgram
from modelyard.train.pretrain.lift import RECORD, START
from modelyard.train.pretrain.loop import Loop, Stand
from modelyard.train.pretrain.pieces import Pieces, pieces
from modelyard.train.pretrain.skipgram import SkipGram

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelyard.core.types import Json
    from modelyard.train.pretrain.loop import Objective
    from modelyard.train.pretrain.spec import PretrainSpec

ASKED = "asked.json"
TOKENIZER = "tokenizer.json"
CHECKPOINT = "checkpoint.safetensors"
USUAL = {"random": (64, 1e-3), "weights": (32, 5e-5), "skipgram": (128, 5e-3)}  # pieces a step, learning rate


@dataclass(frozen=True)
class Pretraining:
    """What a pretraining left in `folder`; losses are means over what was held out."""

    folder: Path
    objective: str
    texts: int
    tokens: int
    loss_before: float
    loss_after: float
    seconds: float

    def perplexity(self) -> tuple[float, float] | None:
        """Of masked tokens, before and after: the exponential of the loss; None for other objectives."""
        return None if self.objective != "mlm" else (math.exp(self.loss_before), math.exp(self.loss_after))


def pretrain(texts: Sequence[str], out: Path, spec: PretrainSpec) -> Pretraining:
    """Learn from texts, and write `out`.

    What is under way lies beside `out` in a folder whose name begins with a dot: the same call goes on from there.

    Raises:
        UsageError: `out` holds something else, or the weights are not to be had.
        DataError: there are too few texts.
    """
    asked = digest.of_json({"settings": settings_of(spec), "texts": digest.of_bytes("\0".join(texts).encode())})
    if out.exists():
        return _there(out, asked)
    work = _work(out, asked)
    tokenizer = _tokenizer(texts, spec, work)
    read = pieces(texts, tokenizer, spec.max_length, spec.seed, framed=spec.objective == "mlm")
    objective = _objective(spec, read, tokenizer)
    loop = Loop(objective, read, _how(spec), work / CHECKPOINT, spec.seed)
    stand, after = loop.run(spec.time_limit)
    events.step("pretraining", stand.total, stand.total, f"held-out loss {stand.before:.3f} to {after:.3f}")
    with staged_folder(out.parent) as folder:
        _fill(folder, objective, tokenizer, spec)
        record = _record(spec, read, stand, after, asked)
        write_file(folder / RECORD, msgspec.json.format(msgspec.json.encode(record), indent=2))
        publish(folder, out)
    shutil.rmtree(work, ignore_errors=True)
    return _told(out, record)


def _there(out: Path, asked: str) -> Pretraining:
    """What lies in `out` already, if the very same was asked for."""
    try:
        record = msgspec.json.decode((out / RECORD).read_bytes(), type=dict)
    except (OSError, msgspec.MsgspecError):
        record = {}
    if record.get("asked") != asked:
        raise UsageError("is there already, of other texts or settings", str(out), "remove it, or name another folder")
    events.note(f"{out} holds this very pretraining already")
    return _told(out, record)


def _work(out: Path, asked: str) -> Path:
    """The folder of what is under way; what lies there of another call is removed."""
    work = out.parent / f".{out.name}.pretraining"
    if work.exists() and not ((work / ASKED).is_file() and (work / ASKED).read_text(encoding="utf-8") == asked):
        events.note("the texts or the settings are not those of the pretraining that was begun here: begun anew")
        shutil.rmtree(work)
    work.mkdir(parents=True, exist_ok=True)
    write_file(work / ASKED, asked)
    return work


def _tokenizer(texts: Sequence[str], spec: PretrainSpec, work: Path) -> Tokenizer:
    """That of the weights, the one trained before the kill, or a new one."""
    file = work / TOKENIZER
    if not file.is_file():
        if spec.weights is not None:
            content = pretrained.tokenizer_json(spec.weights)
        else:
            events.step("training a tokenizer", 0, 1)
            content = train_tokenizer(texts, spec.vocabulary)
            events.step("training a tokenizer", 1, 1)
        write_file(file, content)
    return Tokenizer.from_file(str(file))


def _objective(spec: PretrainSpec, read: Pieces, tokenizer: Tokenizer) -> Objective:
    if spec.objective == "mlm":
        return mlm.Masked(mlm.network(spec, tokenizer), read.tokens, tokenizer, spec.masked)
    return SkipGram(skipgram.network(tokenizer.get_vocab_size(), spec), read.tokens, spec)


def _how(spec: PretrainSpec) -> Training:
    """A short rise and a linear fall, as BERT was trained."""
    kind = "skipgram" if spec.objective == "skipgram" else "random" if spec.weights is None else "weights"
    batch_size, rate = USUAL[kind]
    return Training(
        epochs=spec.epochs,
        learning_rate=spec.learning_rate or rate,
        batch_size=spec.batch_size or batch_size,
        regularisation=Regularisation(l2=0.01),
        schedule="linear",
        warmup=0.06,
    )


def _fill(folder: Path, objective: Objective, tokenizer: Tokenizer, spec: PretrainSpec) -> None:
    """What was learnt, and in `start` the random weights that it is to be compared with; each with the tokenizer."""
    if isinstance(objective, SkipGram):
        skipgram.save(objective.vectors(), folder)
        skipgram.save(skipgram.unlearnt(tokenizer.get_vocab_size(), spec), folder / START)
    else:
        mlm.save(objective.module, folder)
        if spec.weights is None:
            mlm.save(mlm.network(spec, tokenizer), folder / START)
    for place in [folder] if spec.weights is not None else [folder, folder / START]:
        write_file(place / TOKENIZER, tokenizer.to_str())
        for file in place.glob("*.safetensors"):
            file.chmod(0o644)  # the library lets nobody else read them


def _record(spec: PretrainSpec, read: Pieces, stand: Stand, after: float, asked: str) -> dict[str, Any]:
    losses = {"before": stand.before, "after": after}
    perplexity = {when: math.exp(loss) for when, loss in losses.items()} if spec.objective == "mlm" else None
    settings: dict[str, Json] = settings_of(spec)
    start = START if spec.weights is None else _absolute(spec.weights)
    return {
        "objective": spec.objective,
        "settings": settings,
        "asked": asked,
        "start": start,
        "texts": read.texts,
        "tokens": len(read.tokens.ids),
        "held_out_pieces": len(read.held),
        "loss": losses,
        "perplexity": perplexity,
        "epochs": list(stand.losses),
        "steps": stand.step,
        "seconds": round(stand.seconds, 1),
    }


def _absolute(weights: str) -> str:
    """A folder is found again from elsewhere; a name stays."""
    local = Path(weights).expanduser()
    return str(local.resolve()) if local.is_dir() else weights


def _told(out: Path, record: dict[str, Any]) -> Pretraining:
    loss = record["loss"]
    return Pretraining(
        out,
        record["objective"],
        record["texts"],
        record["tokens"],
        loss["before"],
        loss["after"],
        record["seconds"],
    )
