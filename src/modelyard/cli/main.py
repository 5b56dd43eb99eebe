"""The entry point: verbs, and how any of them ends."""

import io
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperCommand, TyperGroup

import modelyard
from modelyard.cli import show
from modelyard.cli.anonymise import anonymise
from modelyard.cli.check import check
from modelyard.cli.collect import collect
from modelyard.cli.compare import compare
from modelyard.cli.demo import demo
from modelyard.cli.diff import diff
from modelyard.cli.doctor import doctor
from modelyard.cli.evaluate import evaluate
from modelyard.cli.explain import explain
from modelyard.cli.export import export
from modelyard.cli.history import history
from modelyard.cli.init import init
from modelyard.cli.keys import keys
from modelyard.cli.launch import launch
from modelyard.cli.predict import predict
from modelyard.cli.prepare import prepare
from modelyard.cli.pretrain import pretrain
from modelyard.cli.promote import promote
from modelyard.cli.release import release
from modelyard.cli.render import render
from modelyard.cli.review import review
from modelyard.cli.rollback import rollback
from modelyard.cli.schema import schema
from modelyard.cli.serve import serve
from modelyard.cli.train import train
from modelyard.core.errors import ModelyardError, UsageError, nearest

INTERRUPTED = 130
DEBUG = "MODELYARD_DEBUG"
PROGRAM = "modelyard"
READERS = ("predict", "explain")  # these need no more than an extra for tables; other verbs with rows train, or measure


class _Plain:
    """Help that shows no type beside a flag."""

    def get_help_option(self, ctx: Any) -> Any:  # noqa: ANN401 - typer's own types are private
        """`--help`."""
        option = super().get_help_option(ctx)  # type: ignore[misc]
        option.metavar, option.help = "", "Show this help and end."
        return option


class _Verb(_Plain, TyperCommand):
    """One verb."""


class _Verbs(_Plain, TyperGroup):
    """The verbs; an unknown one is offered the nearest, and a file is told which verb takes it."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401 - typer's own types are private
        word = args[0]
        if word not in self.commands and not word.startswith("-"):
            hint = nearest(word, self.commands)
            if Path(word).is_file():
                verb = "check" if Path(word).suffix in {".yaml", ".yml"} else "init"
                hint = f"did you mean: {PROGRAM} {verb} {word}"
            raise UsageError(f"no verb called '{word}'", PROGRAM, hint)
        return super().resolve_command(ctx, args)


app = typer.Typer(
    cls=_Verbs,
    name=PROGRAM,
    help="One recipe becomes a checked, gated, served model.",
    epilog="Ends with 0 (done), 1 (failed), 2 (the recipe, the data or the call are wrong) or 3 (a gate said no).",
    subcommand_metavar="VERB ...",
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


# In the order of the help: a panel's verbs, each with an example of what may follow it.
VERBS: dict[str, dict[Callable[..., int], str]] = {
    "From rows to a bundle": {
        init: "customers.csv --target Status",
        check: "recipe.yaml --html check.html",
        prepare: "recipe.yaml",
        train: "recipe.yaml --set model=mlp",
        evaluate: "customer-risk new-customers.csv",
        compare: "customer-risk@champion .modelyard/bundles/4f1c... new-customers.csv",
    },
    "From a bundle to answers": {
        review: '.modelyard/bundles/4f1c... --by "Ada Lovelace"',
        release: ".modelyard/bundles/4f1c...",
        serve: "customer-risk --port 8080",
        predict: "customer-risk new-customers.csv --out answers.jsonl",
        export: "customer-risk --format docker --out image",
        explain: "customer-risk new-customers.csv --row 3",
    },
    "The yard": {
        promote: "customer-risk --from challenger",
        rollback: "customer-risk",
        history: "customer-risk",
        diff: "customer-risk@1 customer-risk@champion",
        collect: "--dry-run",
        keys: "make billing --scopes predict,explain --expires 90d --rate 20",
    },
    "From texts without labels": {pretrain: "reviews.csv --out pretrained"},
    "A table to give away": {
        anonymise: "patients.csv --out released.csv --quasi Age,City --sensitive Diagnosis --drop Name --k 5 --l 2"
    },
    "All in one": {launch: "recipe.yaml", demo: "--once"},
    "Help": {render: "recipe.yaml", schema: "> recipe.schema.json", doctor: "--json"},
}
for panel, verbs in VERBS.items():
    for verb, example in verbs.items():
        epilog = f"Example: {PROGRAM} {verb.__name__} {example}"
        app.command(verb.__name__, cls=_Verb, rich_help_panel=panel, epilog=epilog)(verb)


def _version(asked: bool) -> None:
    if asked:
        show.line(f"{PROGRAM} {modelyard.__version__}")
        raise typer.Exit


Version = Annotated[
    bool, typer.Option("--version", help="Print the version and end.", is_eager=True, callback=_version, metavar="")
]


@app.callback()
def options(_version: Version = False) -> None:
    """One recipe becomes a checked, gated, served model."""


def main(words: Sequence[str] | None = None) -> NoReturn:
    """Run the words of a call, and end with its status."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed before we began
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - it stays open
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that cannot write a sign shows its number
    try:
        status = _status(list(sys.argv[1:] if words is None else words))
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read has seen enough
        show.hush(sys.stdout)
        status = 0
    sys.exit(status)


def _status(words: list[str]) -> int:
    as_json = "--json" in words
    try:
        return _run(words or ["--help"])
    except ModelyardError as error:
        show.error(error, as_json=as_json)
        return error.exit_status
    except KeyboardInterrupt:
        show.note(show.err(), "interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        raise
    except ModuleNotFoundError as error:
        told = _missing(error, words)
        show.error(told, as_json=as_json)
        return told.exit_status
    except Exception as error:  # noqa: BLE001 - whatever else goes wrong ends in a sentence, not in a trace
        if os.environ.get(DEBUG):
            traceback.print_exc()
        show.error(_unexpected(error), as_json=as_json)
        return ModelyardError.exit_status


def _run(words: list[str]) -> int:
    command = typer.main.get_command(app)
    try:
        with command.make_context(PROGRAM, words) as context:
            return command.invoke(context) or 0
    except typer.Exit as done:
        return done.exit_code
    except typer.TyperException as error:
        raise _misused(error) from error


def _misused(error: typer.TyperException) -> UsageError:
    context = getattr(error, "ctx", None)
    where = context.command_path if context is not None else PROGRAM
    told = " ".join(error.format_message().rstrip(".").split())
    return UsageError(told[:1].lower() + told[1:], where, f"see: {where} --help")


def _missing(error: ModuleNotFoundError, words: list[str]) -> ModelyardError:
    """Which extra brings what a verb needs: to read tables, or else to train."""
    from modelyard.core.registry import EXTRAS, missing_extra

    if (error.name or "").partition(".")[0] not in EXTRAS:
        return _unexpected(error)
    return missing_extra(error, f"{PROGRAM} {words[0]}", "" if words[0] in READERS else "train")


def _unexpected(error: Exception) -> ModelyardError:
    """What went wrong in one sentence; not in the error's own words where these may quote somebody's values."""
    if isinstance(error, OSError) and error.strerror:
        return ModelyardError(error.strerror.lower(), str(error.filename or ""))
    first = str(error).strip().partition("\n")[0]
    quoting = isinstance(error, (ValueError, TypeError, LookupError)) or type(error).__module__ != "builtins"
    problem = f"unexpected {type(error).__name__}" + (f": {first}" if first and not quoting else "")
    return ModelyardError(problem, "", f"set {DEBUG}=1 to see where, and report it")
