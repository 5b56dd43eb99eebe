"""How rows are dealt out: by chance, in proportion, by group, in the order of time, into folds; copies together."""
