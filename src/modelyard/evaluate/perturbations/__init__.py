"""Ways in which rows may arrive changed, one perturbation a file, to tell what that takes from a model."""
