"""Whether columns say something of a target, told from chance: what `select` and `interact` decide by."""
