"""Words of tutorials lead to the keys that recipes have."""

from __future__ import annotations

import pytest

from modelyard.core.errors import RecipeError
from modelyard.core.meant import TUTORIAL_NAMES
from modelyard.families import MODELS
from modelyard.recipe import parse
from modelyard.recipe.schema import DataSpec, Recipe, RegularisationSpec, TrainingSpec

HEAD = {"version": 1, "name": "n", "target": "y"}
SAID = [
    ({"data": "a.csv", "training": {"lr": 2e-5}}, "training.lr", "learning_rate"),
    ({"data": "a.csv", "training": {"num_train_epochs": 3}}, "training.num_train_epochs", "epochs"),
    ({"data": "a.csv", "training": {"per_device_train_batch_size": 32}}, "per_device_train_batch_size", "batch_size"),
    ({"data": "a.csv", "training": {"warmup_ratio": 0.1}}, "training.warmup_ratio", "warmup"),
    ({"data": "a.csv", "training": {"weight_decay": 0.01}}, "training.weight_decay", "training.regularisation.l2"),
    ({"data": "a.csv", "training": {"max_len": 512}}, "training.max_len", "model.max_length"),
    ({"data": "a.csv", "lr": 2e-5}, "lr", "training.learning_rate"),
    ({"data": "a.csv", "Batch-Size": 32}, "Batch-Size", "training.batch_size"),
    ({"data": "a.csv", "epochs": 3}, "epochs", "training.epochs"),
    ({"data": "a.csv", "max_seq_length": 512}, "max_seq_length", "model.max_length"),
    ({"data": "a.csv", "model_name_or_path": "bert-base-chinese"}, "model_name_or_path", "model.weights"),
    ({"data": "a.csv", "random_state": 1}, "random_state", "seed"),
    ({"data": {"train": "a.csv", "validation_file": "b.csv"}}, "data.validation_file", "valid"),
]


@pytest.mark.parametrize(("said", "where", "wanted"), SAID, ids=[case[1] for case in SAID])
def test_a_word_of_a_tutorial_leads_to_our_key(said: dict[str, object], where: str, wanted: str) -> None:
    with pytest.raises(RecipeError) as caught:
        parse.load({**HEAD, **said})
    (problem,) = caught.value.problems
    assert where in problem.where
    assert problem.problem == "unknown key"
    assert problem.hint == f"did you mean '{wanted}'?"


@pytest.mark.parametrize(
    ("key", "wanted"),
    [
        ("max_len", "max_length"),
        ("model_name_or_path", "weights"),
        ("lr", "training.learning_rate"),
        ("wieghts", "weights"),
    ],
)
def test_a_models_settings_are_offered_where_they_are_meant(key: str, wanted: str) -> None:
    with pytest.raises(RecipeError) as caught:
        MODELS.build("pretrained", {key: 1})
    assert f"did you mean '{wanted}'?" in {problem.hint for problem in caught.value.problems}


def test_every_place_that_is_offered_is_one() -> None:
    model = {f"model.{key}" for key in ("weights", "max_length")}
    places = set(Recipe.model_fields) | model
    places |= {f"data.{key}" for key in DataSpec.model_fields}
    places |= {f"training.{key}" for key in TrainingSpec.model_fields}
    places |= {f"training.regularisation.{key}" for key in RegularisationSpec.model_fields}
    assert set(TUTORIAL_NAMES) <= places
    told = [name for names in TUTORIAL_NAMES.values() for name in names]
    assert len(told) == len(set(told))
