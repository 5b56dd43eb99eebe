"""What a cluster needs: plain Kubernetes, and KServe with the Open Inference Protocol."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pydantic import Field

from modelyard.core.registry import part
from modelyard.release.exporting import VERSION, Export, image_of, label, written

if TYPE_CHECKING:
    from pathlib import Path

    from modelyard.release.bundle import Bundle

MEBI = 1 << 20
UNMEASURED = 256 * MEBI
STEP = 32  # mebibytes to which memory is rounded up


@part
class Kserve(Export):
    """Manifests for an image that the format `docker` builds; `memory` is what the server was seen to take at most."""

    image: str = ""
    memory: int = Field(default=UNMEASURED, gt=0, description="bytes")
    open: bool = Field(default=False, description="answer without API keys: where nobody but friends can reach it")

    def __call__(self, bundle: Bundle, folder: Path) -> None:
        """Write `kubernetes.yaml` and `inferenceservice.yaml`."""
        said = {
            "name": label(bundle),
            "model": json.dumps(bundle.name, ensure_ascii=False),
            "digest": bundle.digest,
            "short": bundle.digest[:12],
            "image": image_of(bundle, self.image),
            "version": VERSION,
            "request": f"{_rounded(1.25 * self.memory)}Mi",
            "limit": f"{_rounded(2 * self.memory)}Mi",
            "open": ", --open" if self.open else "",
        }
        written(folder, "kubernetes.yaml", said)
        written(folder, "inferenceservice.yaml", said)
        written(folder, "README.md", said, "kserve.md")


def _rounded(size: float) -> int:
    """Mebibytes, rounded up.

    >>> _rounded(100 * MEBI), _rounded(1)
    (128, 32)
    """
    return STEP * -(-int(size) // (STEP * MEBI))
