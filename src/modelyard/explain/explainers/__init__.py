"""One explainer a file."""
