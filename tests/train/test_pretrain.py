"""Pretraining: what is hidden, what is paired, what a kill leaves, and where its weights go."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import polars as pl
import pytest
import torch
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from modelyard import evidence, run
from modelyard.core import digest, events
from modelyard.core.blocks import Tokens
from modelyard.core.errors import DataError, ModelyardError, UsageError
from modelyard.features.subwords import train_tokenizer
from modelyard.train import state
from modelyard.train.pretrain import lift, loop, mlm
from modelyard.train.pretrain.pieces import pieces
from modelyard.train.pretrain.skipgram import SHARED, SkipGram, Vectors
from modelyard.train.pretrain.spec import spec_of

if TYPE_CHECKING:
    from pathlib import Path

TOPICS = [["苹果", "香蕉", "水果", "好吃", "sweet"], ["手机", "屏幕", "电池", "充电", "slow"]]
SMALL: dict[str, Any] = {"layers": 1, "width": 16, "vocabulary": 120, "max_length": 16, "epochs": 2, "batch_size": 8}
WEIGHTS = {"mlm": "model.safetensors", "skipgram": "embeddings.safetensors"}


def texts(rows: int, seed: int = 0) -> list[str]:
    """Each of words of one topic."""
    random = np.random.default_rng(seed)
    return [" ".join(random.choice(TOPICS[row % 2], 7)) + f" {row}" for row in range(rows)]


def written(folder: Path, rows: int = 60) -> Path:
    file = folder / "texts.txt"
    file.write_text("\n".join(texts(rows)), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return Tokenizer.from_str(train_tokenizer(texts(60), 120))


@pytest.fixture(scope="module")
def objective(tokenizer: Tokenizer) -> mlm.Masked:
    read = pieces(texts(60), tokenizer, 16, 1, framed=True)
    return mlm.Masked(mlm.network(spec_of(SMALL), tokenizer), read.tokens, tokenizer, 0.15)


class TestMasked:
    def test_what_is_hidden_swapped_and_kept(self, objective: mlm.Masked) -> None:
        ids = np.full((300, 200), objective.ordinary[3])
        ids[:, 0], mask = 2, np.ones_like(ids)
        mask[:, 150:] = 0
        seen, chosen = objective.masked(ids, mask, np.random.default_rng(1))
        assert not chosen[:, 0].any()
        assert not chosen[:, 150:].any()
        assert chosen[:, 1:150].mean() == pytest.approx(0.15, abs=0.01)
        assert (seen == ids)[~chosen].all()
        shown = seen[chosen]
        assert (shown == objective.mask).mean() == pytest.approx(0.8, abs=0.02)
        assert (shown == ids[chosen]).mean() == pytest.approx(0.1 + 0.1 / len(objective.ordinary), abs=0.02)
        assert set(shown[shown != objective.mask]) <= set(objective.ordinary)

    def test_something_is_always_asked(self, objective: mlm.Masked) -> None:
        ids = np.array([[2, objective.ordinary[0], 3]])
        for seed in range(20):
            _, chosen = objective.masked(ids, np.ones_like(ids), np.random.default_rng(seed))
            assert chosen.tolist() == [[False, True, False]]

    def test_the_loss_is_that_of_transformers(self, objective: mlm.Masked) -> None:
        rows = np.arange(7)
        feeds = objective.tokens.take(rows).arrays()
        seen, chosen = objective.masked(feeds["ids"], feeds["mask"], np.random.default_rng(3))
        network: Any = objective.module.eval()
        labels = torch.from_numpy(np.where(chosen, feeds["ids"], -100))
        whole = network(torch.from_numpy(seen), attention_mask=torch.from_numpy(feeds["mask"]), labels=labels)
        loss, count = objective.loss(rows, np.random.default_rng(3))
        assert count == chosen.sum()
        assert float(loss.detach()) == pytest.approx(float(whole.loss.detach()), abs=1e-5)

    def test_a_tokenizer_without_a_mask_is_told(self) -> None:
        bare = Tokenizer.from_str(train_tokenizer(texts(60), 120).replace("[MASK]", "[OTHER]"))
        with pytest.raises(UsageError, match=r"\[MASK\]"):
            mlm.mask_of(bare)


class TestSkipGram:
    def objective(self, ids: list[list[int]], **said: Any) -> SkipGram:
        offsets = np.concatenate([[0], np.cumsum([len(row) for row in ids])])
        tokens = Tokens(np.array([n for row in ids for n in row], dtype=np.int32), offsets.astype(np.int64), 12)
        torch.manual_seed(0)
        vectors = Vectors(12, 8)
        torch.nn.init.normal_(vectors.neighbour.weight)
        return SkipGram(vectors, tokens, spec_of({"objective": "skipgram", "window": 3, "width": 8, **said}))

    def test_pairs_are_those_of_a_slow_reference(self) -> None:
        rows = [[5, 6, 7, 8, 9, 10], [5], [6, 7], [], [8, 8, 9]]
        objective = self.objective(rows)
        objective.keep[:] = 1.0
        found = objective.pairs(np.arange(5), np.random.default_rng(4))
        random = np.random.default_rng(4)
        random.random(12)
        reach = iter(random.integers(1, 4, 12))
        wanted: Counter[tuple[int, int]] = Counter()
        for row in rows:
            for place, token in enumerate(row):
                far = next(reach)
                around = [*row[max(place - far, 0) : place], *row[place + 1 : place + 1 + far]]
                wanted.update((token, other) for other in around)
        assert Counter(zip(*(side.tolist() for side in found), strict=True)) == wanted

    def test_the_loss_is_the_equation(self) -> None:
        objective = self.objective([[5, 6, 7, 8], [9, 10, 11]], negatives=4)
        objective.keep[:] = 1.0
        rows = np.arange(2)
        centre, near = objective.pairs(rows, random := np.random.default_rng(2))
        others = np.searchsorted(objective.drawn, random.random(SHARED))
        v, u = (part.weight.detach().numpy() for part in (objective.module.token, objective.module.neighbour))
        sums = []
        for c, o in zip(centre, near, strict=True):
            false = np.mean([np.log1p(np.exp(v[c] @ u[n])) for n in others]) * 4
            sums.append(np.log1p(np.exp(-v[c] @ u[o])) + false)
        loss, count = objective.loss(rows, np.random.default_rng(2))
        assert count == len(sums) > 0
        assert float(loss.detach()) == pytest.approx(float(np.mean(sums)), rel=1e-5)

    def test_texts_of_one_token_ask_nothing(self) -> None:
        loss, count = self.objective([[5], [6]]).loss(np.arange(2), np.random.default_rng(0))
        assert (float(loss.detach()), count) == (0.0, 0)

    def test_frequent_tokens_are_thinned(self) -> None:
        objective = self.objective([[5] * 9_990, [6] * 10])
        assert objective.keep[5] == pytest.approx((1e-3 / 0.999) ** 0.5)
        assert objective.keep[6] == 1.0

    def test_what_all_vectors_share_is_taken_away(self) -> None:
        objective = self.objective([[5, 6, 7, 8], [9, 10, 11]])
        with torch.no_grad():
            objective.module.token.weight.normal_().add_(20.0)
        vectors = objective.vectors().detach()
        assert torch.equal(vectors[:5], torch.zeros(5, 8))
        assert vectors[5:].mean(dim=0).abs().max() < 1e-4
        assert vectors[5:].norm(dim=1).mean() == pytest.approx(1, abs=1e-5)
        assert (torch.linalg.svdvals(vectors) > 1e-4).sum() == 5  # of seven: the mean is gone, and one direction

    def test_words_of_one_topic_come_close(self, tmp_path: Path) -> None:
        made = run.pretrain(
            written(tmp_path, 400), tmp_path / "out", **{**SMALL, "objective": "skipgram", "epochs": 8, "width": 32}
        )
        assert made.loss_after < made.loss_before
        vectors = load_file(made.folder / "embeddings.safetensors")["embeddings"]
        assert vectors.dtype == np.float32
        tokenizer = Tokenizer.from_file(str(made.folder / "tokenizer.json"))
        assert vectors.shape == (tokenizer.get_vocab_size(), 32)
        unlearnt = load_file(made.folder / "start" / "embeddings.safetensors")["embeddings"]
        assert unlearnt.shape == vectors.shape
        assert np.linalg.norm(unlearnt, axis=1).mean() == pytest.approx(1, abs=0.1)
        assert lift.before(str(made.folder)) == str(made.folder / "start")

        def vector(word: str) -> Any:
            found = vectors[tokenizer.encode(word, add_special_tokens=False).ids].mean(axis=0)
            return found / np.linalg.norm(found)

        (apple, _, fruit, *_), (phone, screen, *_) = [[vector(word) for word in topic] for topic in TOPICS]
        assert apple @ fruit > max(apple @ phone, apple @ screen)


class TestPieces:
    def test_long_texts_are_read_to_their_end_and_nothing_twice(self, tokenizer: Tokenizer) -> None:
        long = " ".join(TOPICS[0] * 30)
        read = pieces([long, *texts(40), *texts(40), ""], tokenizer, 10, 3, framed=True)
        assert read.texts == 41
        assert read.tokens.lengths().max() == 10
        ids = [read.tokens.take(np.array([row])).ids.tolist() for row in range(len(read.tokens))]
        assert all(row[0] == 2 and row[-1] == 3 for row in ids)
        whole = tokenizer.encode(long, add_special_tokens=False).ids
        count = -(-len(whole) // 8)
        assert [token for row in ids[:count] for token in row[1:-1]] == whole
        assert sorted([*read.train, *read.held]) == list(range(len(ids)))
        assert set(range(count)) <= set(read.train.tolist()) or set(range(count)) <= set(read.held.tolist())

    def test_too_few_are_told(self, tokenizer: Tokenizer) -> None:
        with pytest.raises(DataError, match="19 different texts"):
            pieces([*texts(19), *texts(19)], tokenizer, 10, 3, framed=False)


class TestSettings:
    @pytest.mark.parametrize(
        ("said", "told"),
        [
            ({"objective": "bert"}, "mlm"),
            ({"epochs": 0}, "epochs"),
            ({"lenght": 3}, "lenght"),
            ({"width": 200}, "multiple of 64"),
            ({"objective": "skipgram", "weights": "x"}, "begins at random"),
            ({"time_limit": "soon"}, "such as 90s"),
        ],
    )
    def test_what_does_not_fit_is_told_before_a_text_is_read(self, said: dict[str, Any], told: str) -> None:
        with pytest.raises(UsageError, match=told):
            run.pretrain("nowhere.txt", "out", **said)

    def test_weights_that_read_less_are_told(self, tiny_bert: Path, tmp_path: Path) -> None:
        with pytest.raises(UsageError, match=r"reads at most \d+ tokens"):
            run.pretrain(written(tmp_path), tmp_path / "out", weights=str(tiny_bert), max_length=8192)


class Stopped(Exception):  # noqa: N818 - it stands for a kill
    """An end from outside, after some step."""


def stopped_at(step: int) -> events.Listener:
    def hear(event: events.Event) -> None:
        if isinstance(event, events.Step) and (event.name, event.done) == ("pretraining", step):
            raise Stopped

    return hear


@pytest.mark.parametrize("objective", ["mlm", "skipgram"])
def test_a_stopped_pretraining_ends_as_an_unbroken_one(
    objective: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings: dict[str, Any] = {**SMALL, "objective": objective, "epochs": 3}
    data = written(tmp_path)
    whole = run.pretrain(data, tmp_path / "whole", **settings)
    broken = tmp_path / "broken"
    for step, pause in (
        (3, 60.0),
        (11, 60.0),
        (13, 0.0),
        (20, 60.0),
    ):  # before, after and amid epochs' ends, at 8 and 16
        monkeypatch.setattr(loop, "PAUSE", pause)
        with events.listening(stopped_at(step)), pytest.raises(Stopped):
            run.pretrain(data, broken, **settings)
        assert not broken.exists()
    made = run.pretrain(data, broken, **settings)
    weights = WEIGHTS[objective]
    assert digest.of_file(broken / weights) == digest.of_file(whole.folder / weights)
    assert (made.loss_before, made.loss_after) == (whole.loss_before, whole.loss_after)
    records = [msgspec.json.decode((folder / lift.RECORD).read_bytes()) for folder in (whole.folder, broken)]
    assert {**records[0], "seconds": 0} == {**records[1], "seconds": 0}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["broken", "texts.txt", "whole"]


def test_other_words_begin_anew_and_the_same_ones_are_done(tmp_path: Path) -> None:
    data, out = written(tmp_path), tmp_path / "out"
    heard: list[events.Event] = []
    with events.listening(stopped_at(9)), pytest.raises(Stopped):
        run.pretrain(data, out, **SMALL)
    with events.listening(heard.append):
        first = run.pretrain(data, out, **{**SMALL, "seed": 8})
        again = run.pretrain(data, out, **{**SMALL, "seed": 8})
    notes = [event.text for event in heard if isinstance(event, events.Note)]
    assert any("begun anew" in note for note in notes)
    assert any("already" in note for note in notes)
    assert again == first
    with pytest.raises(UsageError, match="other texts or settings"):
        run.pretrain(data, out, **SMALL)


def test_a_checkpoint_that_cannot_be_read_is_told_and_left(tmp_path: Path) -> None:
    file = tmp_path / "checkpoint.safetensors"
    assert state.load(file) is None
    state.save(file, {"a": torch.arange(3.0)}, {"step": 1, "loss": 0.1 + 0.2})
    saved = state.load(file)
    assert saved is not None
    assert (saved[0]["a"].tolist(), saved[1]) == ([0.0, 1.0, 2.0], {"step": 1, "loss": 0.1 + 0.2})
    heard: list[events.Event] = []
    file.write_bytes(file.read_bytes()[:-5])
    with events.listening(heard.append):
        assert state.load(file) is None
    assert len(heard) == 1


def test_a_limit_of_time_ends_it(tmp_path: Path) -> None:
    made = run.pretrain(written(tmp_path), tmp_path / "out", **{**SMALL, "epochs": 10_000, "time_limit": 1.5})
    record = msgspec.json.decode((made.folder / lift.RECORD).read_bytes())
    assert 0 < record["steps"] < 10_000 * 8


def test_a_loss_that_is_no_number_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelyardError, match="diverged"):
        run.pretrain(written(tmp_path), tmp_path / "out", **{**SMALL, "learning_rate": 1e30})


def test_a_pretrained_folder_is_read_as_it_is_and_the_report_tells_what_it_gave(tmp_path: Path) -> None:
    frame = pl.DataFrame({"text": texts(160), "other": texts(160, 1), "topic": ["ab"[row % 2] for row in range(160)]})
    frame.write_csv(tmp_path / "rows.csv")
    made = run.pretrain(tmp_path / "rows.csv", tmp_path / "out", **{**SMALL, "epochs": 6, "learning_rate": 3e-3})
    assert made.texts == 320
    assert made.loss_after < made.loss_before
    perplexity = made.perplexity()
    assert perplexity is not None
    assert perplexity[1] < perplexity[0]
    recipe = {
        "version": 1,
        "name": "topics",
        "data": str(tmp_path / "rows.csv"),
        "target": "topic",
        "columns": {"other": {"role": "ignore"}, "text": {"kind": "text"}},
        "model": {"name": "pretrained", "weights": str(made.folder), "tuning": "head", "max_length": 16},
        "training": {"epochs": 2},
        "metrics": ["accuracy"],
    }
    trained = run.train(recipe, home=tmp_path / "yard")
    compared = {each.baseline: each for each in trained.report.foremost}
    before = compared[evidence.UNPRETRAINED]
    recipe["model"] = {**recipe["model"], "weights": str(made.folder / "start")}  # type: ignore[dict-item]
    plain = run.train(recipe, home=tmp_path / "yard")
    score, ours = plain.report.score("accuracy"), trained.report.score("accuracy")
    assert score is not None
    assert ours is not None
    assert before.value == pytest.approx(score.value)
    assert before.difference == pytest.approx(ours.value - score.value)
    assert before.low <= before.difference <= before.high
    assert evidence.UNPRETRAINED not in {each.baseline for each in plain.report.comparisons}


def test_weights_go_on_and_remember_where_they_began(tiny_bert: Path, tmp_path: Path) -> None:
    made = run.pretrain(written(tmp_path), tmp_path / "out", weights=str(tiny_bert), epochs=1, max_length=64)
    assert lift.before(str(made.folder)) == str(tiny_bert.resolve())
    assert (made.folder / "tokenizer.json").read_bytes()
    assert lift.before(str(tiny_bert)) is None
    assert lift.before("all-MiniLM-L6-v2") is None
    ours, theirs = (load_file(folder / "model.safetensors") for folder in (made.folder, tiny_bert))
    name = "embeddings.word_embeddings.weight"
    assert ours[f"bert.{name}"].shape == theirs[name].shape
    assert not np.array_equal(ours[f"bert.{name}"], theirs[name])


def test_where_the_beginning_is_gone_it_is_told(tmp_path: Path) -> None:
    (tmp_path / lift.RECORD).write_text('{"start": "./start"}', encoding="utf-8")
    heard: list[events.Event] = []
    with events.listening(heard.append):
        assert lift.before(str(tmp_path)) is None
    assert len(heard) == 1
