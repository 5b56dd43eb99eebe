"""What a model costs: arithmetic on the core alone."""
