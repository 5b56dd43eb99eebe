"""`modelyard pretrain`: texts without labels become weights that fine-tuning begins with."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from modelyard.cli import progress, show, words
from modelyard.cli.options import AsJson, Quiet

if TYPE_CHECKING:
    from modelyard.train.pretrain.work import Pretraining

Texts = Annotated[
    str,
    typer.Argument(
        metavar="DATA",
        help="A .txt file (a text a line), a folder of them, a .csv, .parquet or .jsonl file, or a source in YAML.",
        show_default=False,
    ),
]
Out = Annotated[Path, typer.Option(metavar="FOLDER", help="Where to write the weights.", show_default=False)]
Text = Annotated[
    list[str] | None,
    typer.Option(metavar="COLUMN", help="A column of texts; repeatable.", show_default="all that read as texts"),
]
Objective = Annotated[str, typer.Option(metavar="NAME", help="mlm (fill in masked tokens) or skipgram (word2vec).")]
Weights = Annotated[
    str | None, typer.Option(metavar="NAME", help="Go on from these weights.", show_default="random ones")
]
Epochs = Annotated[int, typer.Option(metavar="N", help="How often each text is seen.")]
Vocabulary = Annotated[int, typer.Option(metavar="N", help="Tokens of the tokenizer that is trained.")]
Layers = Annotated[int, typer.Option(metavar="N", help="Layers of the network.")]
Width = Annotated[int, typer.Option(metavar="N", help="Width of its hidden states, or of a token's vector.")]
MaxLength = Annotated[int, typer.Option(metavar="N", help="Tokens of a piece; longer texts give several.")]
TimeLimit = Annotated[
    str | None, typer.Option(metavar="TIME", help="Learn no longer, such as 90s, 10m, 1.5h.", show_default="no limit")
]
Seed = Annotated[int, typer.Option(metavar="N", help="What all chance comes from.")]


def pretrain(  # noqa: PLR0913, PLR0917 - a flag for each setting
    data: Texts,
    out: Out,
    text: Text = None,
    objective: Objective = "mlm",
    weights: Weights = None,
    epochs: Epochs = 10,
    vocabulary: Vocabulary = 8000,
    layers: Layers = 4,
    width: Width = 256,
    max_length: MaxLength = 128,
    time_limit: TimeLimit = None,
    seed: Seed = 7,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> int:
    """Learn from texts without labels; killed, the same call goes on."""
    settings = {"objective": objective, "weights": weights, "epochs": epochs, "vocabulary": vocabulary}
    settings |= {"layers": layers, "width": width, "max_length": max_length, "time_limit": time_limit, "seed": seed}
    with progress.shown(quiet=quiet):
        from modelyard import run

        made = run.pretrain(words.data(data), out, text or (), **settings)
    if as_json:
        show.json_object(told(made))
        return 0
    figure = made.perplexity() or (made.loss_before, made.loss_after)
    name = "perplexity" if made.perplexity() else "loss"
    show.line(
        f"{made.texts} texts, {made.tokens} tokens: held-out {name} {figure[0]:.4g} before, {figure[1]:.4g} after"
    )
    show.line(f"weights: {made.folder}")
    show.line(f"Next, in a recipe: {_model(made)}")
    return 0


def told(made: "Pretraining") -> dict[str, Any]:
    """What `pretrain --json` tells."""
    perplexity = made.perplexity()
    return {
        "folder": str(made.folder.absolute()),
        "objective": made.objective,
        "texts": made.texts,
        "tokens": made.tokens,
        "loss": {"before": made.loss_before, "after": made.loss_after},
        "perplexity": {"before": perplexity[0], "after": perplexity[1]} if perplexity else None,
        "seconds": made.seconds,
    }


def _model(made: "Pretraining") -> str:
    if made.objective == "mlm":
        return f"model: {{name: pretrained, weights: {shlex.quote(str(made.folder))}}}"
    return f"model: {{name: text_cnn, embeddings: {shlex.quote(str(made.folder))}}}"
