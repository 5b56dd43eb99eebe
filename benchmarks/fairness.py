"""What fairness costs: the mortgages of HMDA with each mitigation, over several seeds.

Prints, and writes to benchmarks/results/fairness.json, for each seed and mitigation: the demographic parity difference
and the equalized odds difference between applicants by `afam` with their 95% intervals, before and after, and what the
mitigation costs in AUC and in expected cost, with the interval of the paired difference. A seed deals the rows anew.
Every mitigation is run with its usual settings: none was chosen by the rows that are measured here.

Run it from the checkout: `python benchmarks/fairness.py` (about four minutes); `--seeds 2` for less.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from statistics import mean
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from modelyard.core.report import Report

ROOT = Path(__file__).parents[1]
RECIPE = ROOT / "recipes" / "mortgage-denial.yaml"
RESULT = Path(__file__).parent / "results" / "fairness.json"
MITIGATIONS: dict[str, dict[str, Any]] = {
    "reweighing": {"mitigation": "reweighing"},
    "group_thresholds": {"mitigation": "group_thresholds"},
    "group_thresholds, odds": {"mitigation": "group_thresholds", "constraint": "equalized_odds"},
    "exponentiated_gradient": {"mitigation": "exponentiated_gradient"},
    "exponentiated_gradient, odds": {"mitigation": "exponentiated_gradient", "constraint": "equalized_odds"},
}
TOLD = ("roc_auc", "expected_cost", "selection_rate difference", "equalized_odds difference")


def main() -> None:
    """Train, measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=5, help="how often the rows are dealt anew")
    lines = [line for seed in range(parser.parse_args().seeds) for line in of_seed(seed)]
    print(
        f"\n{'mean over seeds':<30} {'AUC':>8} {'cost':>8} {'parity before':>14} {'after':>7} {'odds before':>12} after"
    )
    for name in MITIGATIONS:
        some = [line for line in lines if line["mitigation"] == name]
        area, cost, parity, odds = ([line[told] for line in some] for told in TOLD)
        print(
            f"{name:<30} {mean(a['after'] - a['before'] for a in area):>+8.4f} "
            f"{mean(a['after'] - a['before'] for a in cost):>+8.4f} {mean(a['before'] for a in parity):>14.3f} "
            f"{mean(a['after'] for a in parity):>7.3f} {mean(a['before'] for a in odds):>12.3f} "
            f"{mean(a['after'] for a in odds):.3f}"
        )
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(lines, indent=2), encoding="utf-8")


def of_seed(seed: int) -> list[dict[str, Any]]:
    """A line for each mitigation on the rows as one seed deals them."""
    from modelyard import run

    lines: list[dict[str, Any]] = []
    for name, said in MITIGATIONS.items():
        wish = json.dumps({**said, "column": "afam"})
        sets = [f"seed={seed}", f"mitigation={wish}", "evidence.weak_slices=false"]
        with tempfile.TemporaryDirectory() as home:
            report = run.train(RECIPE, sets, Path(home)).report
        if not lines:
            print(f"seed {seed}")
        lines.append(line(report, name, seed))
    return lines


def line(report: Report, name: str, seed: int) -> dict[str, Any]:
    """What a report says of a mitigation, printed and returned."""
    changes = {each.metric: each for each in report.changes if each.metric in TOLD}
    area, parity = changes["roc_auc"], changes["selection_rate difference"]
    after = report.disparity("afam", "selection_rate")
    span = "" if after is None else f" ({after.low:+.3f} to {after.high:+.3f})"
    print(
        f"  {name:<30} parity {parity.before:.3f} -> {parity.after:.3f}{span}, "
        f"AUC {area.after - area.before:+.4f} ({area.low:+.4f} to {area.high:+.4f})"
    )
    told = {
        metric: {"before": each.before, "after": each.after, "low": each.low, "high": each.high}
        for metric, each in changes.items()
    }
    interval = None if after is None else [after.low, after.high]
    return {"seed": seed, "mitigation": name, "parity_interval": interval, **told}


if __name__ == "__main__":
    main()
