"""`modelyard evaluate`: a bundle measured on other rows."""

from modelyard.cli import progress, show, unequal, words
from modelyard.cli.options import AsJson, BundleWord, DataWord, Home, Quiet


def evaluate(
    bundle: BundleWord, data: DataWord, home: Home = None, as_json: AsJson = False, quiet: Quiet = False
) -> int:
    """Measure a bundle on other rows, with the metrics of its recipe."""
    with progress.shown(quiet=quiet):
        from modelyard import run

        asked = words.bundle(bundle, home, "evaluate")
        report = run.evaluate(asked, words.data(data, "evaluate"))
    if as_json:
        show.json_object(show.trained(asked, report))
    else:
        show.report(report)
        unequal.tell(report)
    return 0
