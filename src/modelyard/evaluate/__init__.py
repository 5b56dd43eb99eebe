"""Evidence: what was measured, with intervals, against baselines."""
