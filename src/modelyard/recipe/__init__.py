"""The recipe: one YAML file that says what is wanted, complete, closed and checked before a row is read."""
