"""What MLflow loads of an exported folder: it names this module in `MLmodel` and calls `_load_pyfunc`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelyard.release.bundle import Bundle

if TYPE_CHECKING:
    from collections.abc import Mapping


class Model:
    """A bundle as MLflow asks it."""

    def __init__(self, bundle: Bundle) -> None:
        """Answered by the bundle."""
        self.bundle = bundle

    def predict(self, rows: object, params: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:  # noqa: ARG002
        """A record a row, as `bundle.predict` gives them under `predictions`; MLflow's server adds that word itself.

        Raises:
            DataError: the rows are not what the schema says.
        """
        return self.bundle.predict(rows)["predictions"]


def _load_pyfunc(folder: str, model_config: Mapping[str, Any] | None = None) -> Model:  # noqa: ARG001 - MLflow's words
    """The model of a bundle's folder."""
    return Model(Bundle.load(folder))
