"""A name that strangers ask, and what answers it now."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import Scope

    from modelyard.serve.infer import Served


class Deployment:
    """The bundle, or bundles, behind a name."""

    def __init__(self, stable: Served) -> None:
        """Answered by `stable`."""
        self.stable = stable

    @property
    def name(self) -> str:
        """What it is asked by."""
        return self.stable.name

    @property
    def ready(self) -> bool:
        """Whether it can be asked."""
        return self.stable.ready

    @property
    def running(self) -> tuple[Served, ...]:
        """All that answers requests now, the stable one first."""
        return (self.stable,)

    def choose(self, scope: Scope) -> Served:  # noqa: ARG002 - who asks decides once two releases share a name
        """What answers this request; the same one for all of it."""
        return self.stable
