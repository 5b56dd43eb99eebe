"""The family of explainers, found by their files."""

from __future__ import annotations

from modelyard.core.protocols import Explainer
from modelyard.core.registry import Family

EXPLAINERS: Family[Explainer] = Family("modelyard.explain.explainers", Explainer, key="")
