"""What a key means that a recipe does not know: tutorials of other libraries have words of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.core.errors import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable

# What tutorials call the keys of a recipe, by the key's place.
TUTORIAL_NAMES = {
    "data.train": ("train_file", "train_data", "train_path"),
    "data.valid": ("validation_file", "valid_file", "dev_file", "eval_file", "validation", "val", "dev"),
    "data.test": ("test_file", "test_data"),
    "target": ("label", "labels", "label_column", "label_col", "target_column"),
    "columns": ("text_column", "text_col", "features", "feature_columns"),
    "seed": ("random_state", "random_seed"),
    "model.weights": ("model_name_or_path", "pretrained_model_name_or_path", "model_name", "model_path", "checkpoint"),
    "model.max_length": ("max_len", "maxlen", "max_seq_length", "max_seq_len", "max_sequence_length", "seq_len"),
    "training.epochs": ("epoch", "num_epochs", "n_epochs", "num_train_epochs", "max_epochs"),
    "training.batch_size": ("batch", "bs", "train_batch_size", "per_device_train_batch_size"),
    "training.learning_rate": ("lr", "eta", "base_lr"),
    "training.optimizer": ("optim", "optimiser"),
    "training.schedule": ("lr_scheduler", "lr_scheduler_type", "scheduler"),
    "training.warmup": ("warmup_ratio", "warmup_steps", "warmup_proportion", "num_warmup_steps"),
    "training.early_stopping": ("patience", "early_stopping_patience"),
    "training.precision": ("bf16", "fp16", "mixed_precision", "dtype"),
    "training.gradient_accumulation": ("gradient_accumulation_steps", "accumulation_steps", "accumulate_grad_batches"),
    "training.max_grad_norm": ("grad_clip", "clip_grad_norm", "gradient_clip_val"),
    "training.layer_decay": ("layerwise_lr_decay", "layer_lr_decay", "llrd"),
    "training.regularisation": ("regularization",),
    "training.regularisation.l2": ("weight_decay", "wd"),
    "training.regularisation.dropout": ("dropout_rate", "hidden_dropout_prob"),
}
PLACES = {name: place for place, names in TUTORIAL_NAMES.items() for name in (place.rpartition(".")[2], *names)}


def meant(key: str, known: Iterable[str]) -> str:
    """A hint for a key that is unknown where it stands: what it is called here, or the nearest of the `known`.

    >>> meant("lr", ["epochs", "learning_rate"])
    "did you mean 'learning_rate'?"
    >>> meant("lr", ["model", "training"])
    "did you mean 'training.learning_rate'?"
    >>> meant("epoks", ["epochs", "learning_rate"])
    "did you mean 'epochs'?"
    >>> meant("columns", ["column", "share"])
    "did you mean 'column'?"
    """
    names = list(known)
    place = PLACES.get(key.casefold().replace("-", "_"), "")
    if place in {"", key}:  # a key of the recipe itself, and so of another place, is no way out
        return nearest(key, names)
    leaf = place.rpartition(".")[2]
    return f"did you mean '{leaf if leaf in names else place}'?"
