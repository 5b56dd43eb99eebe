"""Modelyard: one recipe becomes a checked, gated, served model.

>>> import modelyard
>>> sorted(modelyard.__all__)[:4]
['Bundle', 'ModelyardError', 'Recipe', 'Release']
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from modelyard.anonymising import anonymise
    from modelyard.core.errors import ModelyardError
    from modelyard.core.report import Report
    from modelyard.judging import release
    from modelyard.recipe.schema import Recipe
    from modelyard.release.bundle import Bundle
    from modelyard.release.yard import Release, Yard, load
    from modelyard.run import Run, check, compare, evaluate, launch, prepare, pretrain, train

__version__ = "0.1.0"
__all__ = [
    "Bundle",
    "ModelyardError",
    "Recipe",
    "Release",
    "Report",
    "Run",
    "Yard",
    "anonymise",
    "check",
    "compare",
    "evaluate",
    "launch",
    "load",
    "prepare",
    "pretrain",
    "release",
    "train",
]

# Where each public name lives: looked up on first use, so that `import modelyard` loads nothing heavy.
_HOMES = {
    "Bundle": "modelyard.release.bundle",
    "ModelyardError": "modelyard.core.errors",
    "Recipe": "modelyard.recipe.schema",
    "Release": "modelyard.release.yard",
    "Report": "modelyard.core.report",
    "Run": "modelyard.run",
    "Yard": "modelyard.release.yard",
    "anonymise": "modelyard.anonymising",
    "check": "modelyard.run",
    "compare": "modelyard.run",
    "evaluate": "modelyard.run",
    "launch": "modelyard.run",
    "load": "modelyard.release.yard",
    "prepare": "modelyard.run",
    "pretrain": "modelyard.run",
    "release": "modelyard.judging",
    "train": "modelyard.run",
}


def _public(name: str) -> property:
    """A public name, looked up in its home; where a package has the same name, the public name wins."""

    def get(_module: ModuleType) -> Any:  # noqa: ANN401 - any public name
        try:
            return getattr(import_module(_HOMES[name]), name)
        except ModuleNotFoundError as error:  # the base install neither trains nor reads rows for it
            from modelyard.core.registry import missing_extra

            raise missing_extra(error, f"modelyard.{name}", "train") from error

    def leave(_module: ModuleType, _package: object) -> None:
        """Let the import system keep the package in `sys.modules` alone."""

    return property(get, leave)


# `modelyard.train(recipe)` is a function, `modelyard/train/` a package: properties of the module's class outrank what
# the import system would set (https://docs.python.org/3/reference/datamodel.html#customizing-module-attribute-access).
class _Modelyard(ModuleType):
    def __dir__(self) -> list[str]:
        return sorted([*__all__, "__version__"])


for _name in _HOMES:
    setattr(_Modelyard, _name, _public(_name))
sys.modules[__name__].__class__ = _Modelyard
