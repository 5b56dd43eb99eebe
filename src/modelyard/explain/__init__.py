"""Why a model answers as it does: explainers, and what they share."""
