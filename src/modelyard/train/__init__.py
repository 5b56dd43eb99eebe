"""Training: what turns a network into a predictor."""
