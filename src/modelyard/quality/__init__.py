"""Whether a table can be trusted: what its columns hold, what is wrong with it, and what mends it."""
