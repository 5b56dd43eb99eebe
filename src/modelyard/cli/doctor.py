"""`modelyard doctor`: what this machine has, what is missing, and what is broken."""

import importlib
import os
import platform
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal

from rich.text import Text

import modelyard
from modelyard.cli import show
from modelyard.cli.options import AsJson, Quiet
from modelyard.core.errors import ModelyardError

OLDEST = (3, 11)
PORT = 8080
GIGABYTE = 1 << 30
LITTLE_DISK, LITTLE_MEMORY = 2, 2  # gigabytes under which training may fail
EXTRAS = {
    "tables": "Parquet, frames and large files",
    "train": "what builds models",
    "data": "expectations, personal data, Chinese scripts, holidays, workbooks, pictures, SMOTE",
    "samples": "real rows and weights for the demo",
}
COLOURS = {"ok": "green", "note": "yellow", "broken": "bold red"}
BINARIES = ("msgspec", "numpy", "onnxruntime", "pydantic", "sqlalchemy", "tokenizers")  # the base's own
FEATURES = ("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16", "asimddp", "i8mm", "bf16")
REQUIREMENT = re.compile(r"^([\w.-]+)")
EXTRA = re.compile(r"extra == ['\"]([\w-]+)['\"]")


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; `note` is worth knowing and `broken` stops the base from working."""

    name: str
    found: str
    state: Literal["ok", "note", "broken"] = "ok"
    hint: str = ""


def doctor(as_json: AsJson = False, quiet: Quiet = False) -> int:  # noqa: ARG001 - every verb takes it
    """Look at this machine: what it has, what is missing and how to get it; ends with 1 when the base is broken."""
    findings = [finding for look in LOOKS for finding in look()]
    broken = [finding for finding in findings if finding.state == "broken"]
    if as_json:
        show.json_object({"ok": not broken, "findings": [asdict(finding) for finding in findings]})
    else:
        show.table([row for finding in findings for row in _told(finding)], "", "what", "found")
        show.line(f"{len(broken)} broken" if broken else "The base works.", "bold red" if broken else "bold green")
    return ModelyardError.exit_status if broken else 0


def _python() -> Iterator[Finding]:
    old = sys.version_info < OLDEST
    hint = f"install Python {OLDEST[0]}.{OLDEST[1]} or newer" if old else ""
    yield Finding("python", f"{platform.python_version()} ({sys.executable})", "broken" if old else "ok", hint)
    yield Finding("modelyard", modelyard.__version__)


def _machine() -> Iterator[Finding]:
    yield Finding("platform", platform.platform())
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    yield Finding("cores", str(cores or "unknown"))
    memory = _memory()
    few = memory is not None and memory < LITTLE_MEMORY * GIGABYTE
    told = "unknown" if memory is None else f"{memory / GIGABYTE:.1f} GB"
    yield Finding("memory", told, "note" if few else "ok", "training may not fit" if few else "")
    flags = _flags()
    known = [name for name in FEATURES if name in flags]
    yield Finding("processor", ", ".join(known) if known else "no feature that speeds up inference is known of it")


def _base() -> Iterator[Finding]:
    """Every package of the base is there, and those with machine code can be loaded."""
    for package in _required(None):
        if _version(package) is None:
            yield Finding(package, "is not installed", "broken", "pip install --force-reinstall modelyard")
    for module in BINARIES:
        try:
            importlib.import_module(module)
        except Exception as error:  # noqa: BLE001 - a broken install raises anything
            yield Finding(module, f"cannot be loaded: {error}", "broken", f"pip install --force-reinstall {module}")


def _extras() -> Iterator[Finding]:
    for extra, purpose in EXTRAS.items():
        versions = {package: _version(package) for package in _required(extra)}
        missing = [package for package, version in versions.items() if version is None]
        if missing:
            hint = f"{purpose}: pip install 'modelyard[{extra}]'"
            yield Finding(f"extra {extra}", f"without {', '.join(missing)}", "note", hint)
        else:
            yield Finding(f"extra {extra}", ", ".join(f"{package} {version}" for package, version in versions.items()))


def _lock() -> Iterator[Finding]:
    """The versions beside those that the tests ran with; the lock lies at the top of a checkout."""
    lock = Path(__file__).parents[3] / "requirements.lock"
    if not lock.is_file():
        return
    tested = dict(line.split("==") for line in lock.read_text(encoding="utf-8").split() if line.count("==") == 1)
    apart = []
    for package in sorted({*_required(None), *(name for extra in EXTRAS for name in _required(extra))}):
        version = (_version(package) or "").partition("+")[0]
        if version and version != tested.get(package, version):
            apart.append(f"{package} {version} (tested: {tested[package]})")
    if apart:
        yield Finding("versions", ", ".join(apart), "note", f"pip install --requirement {lock}")
    else:
        yield Finding("versions", "those that the tests ran with")


def _places() -> Iterator[Finding]:
    from modelyard.release.ledger.place import HOME, Place
    from modelyard.release.yard import home_of

    home = Place.of(home_of(Path())).folder.absolute()
    there = next(folder for folder in (home, *home.parents) if folder.exists())
    try:
        with tempfile.TemporaryFile(dir=there):
            yield Finding("yard", f"{home} can be written" + ("" if there == home else ", and is made on first use"))
    except OSError as error:
        hint = f"set {HOME} to a folder that can be written"
        yield Finding("yard", f"{there} cannot be written: {error.strerror}", "broken", hint)
    free = shutil.disk_usage(there).free
    little = free < LITTLE_DISK * GIGABYTE
    yield Finding("disk", f"{free / GIGABYTE:.1f} GB free", "note" if little else "ok", "make room" if little else "")


def _weights() -> Iterator[Finding]:
    from modelyard.features import weights

    for name in weights.PACKAGED:
        try:
            yield Finding(f"weights {name}", str(weights.carried(name)))
        except ModelyardError as error:
            yield Finding(f"weights {name}", "not installed", "note", error.hint)


def _port() -> Iterator[Finding]:
    from modelyard.serve import server

    try:
        server.check_place(server.HOST, PORT)
    except ModelyardError as error:
        yield Finding("port", f"{PORT}: {error.problem}", "note", "serve on another one: --port")
    else:
        yield Finding("port", f"{PORT} is free")


LOOKS: tuple[Callable[[], Iterator[Finding]], ...] = (
    *(_python, _machine, _base, _extras, _lock, _places, _weights, _port),
)


def _told(finding: Finding) -> Iterator[tuple[str | Text, str, str]]:
    yield Text(finding.state, COLOURS[finding.state]), finding.name, finding.found
    if finding.hint:
        yield "", "", f"hint: {finding.hint}"


def _required(extra: str | None) -> list[str]:
    """The packages that the base, or one of its extras, asks for on this machine."""
    found = []
    for requirement in metadata.requires(modelyard.__name__) or []:
        marked = EXTRA.search(requirement)
        name = REQUIREMENT.match(requirement)
        elsewhere = "Windows" in requirement and platform.system() == "Windows"
        if name and (marked[1] if marked else None) == extra and not elsewhere:
            found.append(name[1])
    return found


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _memory() -> int | None:
    """Bytes of memory."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None


def _flags() -> set[str]:
    """What the processor says it can do."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return set()
    return {flag for line in lines if line.startswith(("flags", "Features")) for flag in line.partition(":")[2].split()}
