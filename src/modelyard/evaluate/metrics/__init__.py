"""Figures of quality, one metric a file; the definitions are scikit-learn's."""
