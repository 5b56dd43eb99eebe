"""Sign-offs: of one digest, kept by the yard, and not to be had by editing a bundle."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from modelyard import run
from modelyard.core import digest
from modelyard.core.errors import UsageError
from modelyard.release import manifest
from modelyard.release.bundle import Bundle
from modelyard.release.yard import Yard
from tests import making

if TYPE_CHECKING:
    from pathlib import Path

    from modelyard.run import Run


@pytest.fixture(scope="module")
def gated(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A bundle that a person must sign off."""
    return making.train(tmp_path_factory.mktemp("gated"), making.table("binary"), name="signed", gates=["reviewed"])


def test_a_release_waits_for_a_persons_word(gated: Run, yard: Yard) -> None:
    refused, verdicts = run.release(gated.bundle, yard)
    assert refused is None
    assert "nobody signed it off" in verdicts[0].reason
    signed = yard.review(gated.bundle, "  Ada   Lovelace ", "looks right")
    assert (signed.by, signed.note) == ("Ada Lovelace", "looks right")
    assert yard.reviews(gated.bundle.digest) == (signed,)
    released, verdicts = run.release(gated.bundle, yard)
    assert released is not None
    assert verdicts[0].reason == f"signed off by Ada Lovelace ({signed.at[:10]})"


def test_a_review_is_of_one_digest(gated: Run, binary: Run, yard: Yard) -> None:
    yard.review(binary.bundle, "Ada Lovelace")
    assert yard.reviews(gated.bundle.digest) == ()
    assert not run.judge(gated.bundle, yard)[0].passed


def test_reviews_stay_in_their_order_and_in_the_yard(gated: Run, yard: Yard) -> None:
    names = ["Ada Lovelace", "Grace Hopper", "陈景润"]
    for name in names:
        yard.review(gated.bundle, name)
    assert [review.by for review in Yard(yard.place.address).reviews(gated.bundle.digest)] == names


@pytest.mark.parametrize("name", ["", "  \n", "x" * 201])
def test_nobody_in_particular_cannot_sign(name: str, gated: Run, yard: Yard) -> None:
    with pytest.raises(UsageError, match="named person"):
        yard.review(gated.bundle, name)


def test_a_word_written_into_the_bundle_counts_for_nothing(gated: Run, yard: Yard, tmp_path: Path) -> None:
    """Whoever can seal the papers anew can put a review into the report, which no digest of the bundle covers."""
    forged = tmp_path / "forged"
    shutil.copytree(gated.bundle.folder, forged)
    report = json.loads((forged / manifest.REPORT).read_text(encoding="utf-8"))
    report["reviews"] = [{"by": "Ada Lovelace", "at": "2026-11-24T10:00:00+00:00", "note": ""}]
    content = json.dumps(report).encode()
    (forged / manifest.REPORT).write_bytes(content)
    sealed: Any = gated.bundle.manifest
    sealed.built.files[manifest.REPORT] = digest.of_bytes(content)
    (forged / manifest.FILE).write_bytes(sealed.sealed().to_json())
    bundle = Bundle.load(forged)
    assert bundle.digest == gated.bundle.digest
    assert bundle.report.reviews
    assert not run.judge(bundle, yard)[0].passed
