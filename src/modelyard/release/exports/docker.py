"""What `docker build` needs: a Dockerfile of the base install, and the bundle."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from modelyard.core.registry import part
from modelyard.release.exporting import VERSION, Export, copied, image_of, label, written

if TYPE_CHECKING:
    from pathlib import Path

    from modelyard.release.bundle import Bundle


@part
class Docker(Export):
    """A folder to build an image of: not as root, read-only, with a health check, for amd64 and arm64."""

    image: str = ""
    extras: tuple[Literal["data", "postgresql", "store", "tables"], ...] = Field(
        default=(),
        description="what the base install lacks: for some cleaners, a yard on PostgreSQL, bundles in S3, Parquet",
    )
    open: bool = Field(default=False, description="answer without API keys: where nobody but friends can reach it")

    def __call__(self, bundle: Bundle, folder: Path) -> None:
        """Write `Dockerfile`, `.dockerignore`, the bundle and a place for wheels of one's own."""
        said = {
            "python": f"{sys.version_info.major}.{sys.version_info.minor}",
            "version": VERSION,
            "name": label(bundle),
            "digest": bundle.digest,
            "image": image_of(bundle, self.image),
            "extras": f"[{','.join(self.extras)}]" if self.extras else "",
            "more": f" with {', '.join(self.extras)}" if self.extras else "",
            "open": ', "--open"' if self.open else "",
            "keys": "" if self.open else " -e MODELYARD_HOME",
        }
        copied(bundle, folder)
        written(folder, "Dockerfile", said)
        written(folder, ".dockerignore", {}, "dockerignore")
        written(folder, "README.md", said, "docker.md")
        (folder / "wheels").mkdir()
        written(folder / "wheels", "README.md", {}, "wheels.md")
