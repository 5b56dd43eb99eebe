"""Virtual environments of the servers, one each, under a cache folder: none of them shares a package with another."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
CACHE = Path(os.environ.get("MODELYARD_BENCH", "~/.cache/modelyard-bench/serving")).expanduser()
# What each is installed with, beside Modelyard's base install, which loads the bundle for all of them.
PACKAGES: dict[str, tuple[str, ...]] = {"modelyard": (), "mlflow": ("mlflow>=3",), "bentoml": ("bentoml>=1.4",)}
TOOLS = ("pip", "setuptools", "pkg_resources", "_distutils_hack", "wheel")  # every environment has them, used or not
QUIET = ("--quiet", "--disable-pip-version-check")


def installed(name: str) -> Path | None:
    """The folder of programs of a server's environment, made where it is not there; None where pip cannot."""
    place = CACHE / name
    python = place / "bin" / "python"
    done = place / ".installed"
    try:
        if not done.is_file():
            subprocess.run([sys.executable, "-m", "venv", "--clear", place], check=True)
            subprocess.run([python, "-m", "pip", "install", *QUIET, str(ROOT), *PACKAGES[name]], check=True)
            done.touch()
        else:  # this very checkout
            words = ("--no-deps", "--force-reinstall", str(ROOT))
            subprocess.run([python, "-m", "pip", "install", *QUIET, *words], check=True)
    except subprocess.CalledProcessError:
        return None
    return place / "bin"


def version(programs: Path, package: str) -> str:
    """The version of a package of an environment."""
    code = f"from importlib.metadata import version; print(version({package!r}))"
    told = subprocess.run([programs / "python", "-c", code], stdout=subprocess.PIPE, text=True, check=True)
    return told.stdout.strip()


def size(programs: Path) -> int:
    """Bytes of the packages of an environment, without what installs them."""
    (packages,) = (programs.parent / "lib").glob("python*/site-packages")
    own = [entry for entry in packages.iterdir() if entry.name.partition("-")[0] not in TOOLS]
    files = (file for entry in own for file in ((entry,) if entry.is_file() else entry.rglob("*")))
    return sum(file.stat().st_size for file in files if file.is_file() and not file.is_symlink())
