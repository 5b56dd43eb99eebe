"""`modelyard export`: a bundle as what MLflow, Docker or a cluster runs."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from modelyard.cli import progress, show, words
from modelyard.cli.options import AsJson, BundleWord, Home, Quiet
from modelyard.core.errors import RecipeError, UsageError

if TYPE_CHECKING:
    from modelyard.release.bundle import Bundle
    from modelyard.release.exporting import Export

Format = Annotated[str, typer.Option("--format", metavar="NAME", help="mlflow, docker or kserve.", show_default=False)]
Out = Annotated[Path, typer.Option(metavar="DIR", help="The folder to write, which is new.", show_default=False)]
Image = Annotated[
    str | None,
    typer.Option(
        metavar="NAME", help="How the image is called; where it is not said, by the bundle.", show_default=False
    ),
]
With = Annotated[
    list[str] | None,
    typer.Option("--with", metavar="EXTRA", help="What an image holds beside the base: postgresql, store, tables."),
]
Open = Annotated[
    bool,
    typer.Option("--open", metavar="", help="Let the server answer without keys: where nobody but friends reach it."),
]


def export(  # noqa: PLR0913, PLR0917 - the words of a call
    bundle: BundleWord,
    format_: Format,
    out: Out,
    image: Image = None,
    without_keys: Open = False,
    extras: With = None,
    home: Home = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> int:
    """Write a folder that `mlflow models serve`, `docker build` or `kubectl apply` takes."""
    from modelyard.release import exporting

    with progress.shown(quiet=quiet):
        asked = words.bundle(bundle, home, "export")
        said = {"image": image, "extras": extras, "open": without_keys}
        built = _built(asked, format_, {name: value for name, value in said.items() if value})
        files = exporting.export(asked, built, out)
    if as_json:
        told = {"name": asked.name, "digest": asked.digest, "format": format_, "out": str(out.absolute())}
        show.json_object(told | {"files": files})
    else:
        show.line(f"{asked.name} as {format_} in {out}: {len(files)} files")
        show.line(f"next: {NEXT[format_].format(out=shlex.quote(str(out)))}", "bold")
    return 0


NEXT = {
    "mlflow": "mlflow models serve --model-uri {out} --env-manager local",
    "docker": "docker build {out}",
    "kserve": "kubectl apply -f {out}/kubernetes.yaml",
}


def _built(asked: "Bundle", format_: str, said: dict[str, Any]) -> "Export":
    """The format with its settings.

    Raises:
        UsageError: there is no such format, or it has no such setting.
    """
    from modelyard.release.exporting import EXPORTS

    if format_ == "kserve":
        said["memory"] = _measured(asked)
    try:
        return EXPORTS.build(format_, said, f"--format {format_}")
    except RecipeError as error:
        raise UsageError.of(error.problems) from error


def _measured(asked: "Bundle") -> int:
    from modelyard.cli import weighed

    return weighed.memory(asked)
