"""Where weights stood before they were pretrained, so that a report can tell what pretraining gave."""

from __future__ import annotations

from pathlib import Path

import msgspec

from modelyard.core import events
from modelyard.core.errors import ModelyardError
from modelyard.features import weights as pretrained

KEYS = ("weights", "embeddings")  # the settings of models that may name a pretrained folder
RECORD = "pretraining.json"
START = "./start"  # what the record says of random weights that lie inside the folder


def before(weights: str) -> str | None:
    """The weights from which the pretraining of a folder began; None where it was not pretrained here."""
    folder = Path(weights).expanduser()
    file = folder / RECORD
    if not file.is_file():
        return None
    try:
        start = msgspec.json.decode(file.read_bytes(), type=dict).get("start")
        if not isinstance(start, str):
            return None
        start = str(folder / start) if start == START else start
        pretrained.tokenizer_json(start)
    except (OSError, msgspec.MsgspecError, ModelyardError) as error:
        events.note(f"what pretraining gave is not told, as where it began is not to be had: {error}")
        return None
    return start
