"""Ways to bring the groups of a column closer together, one a file."""
