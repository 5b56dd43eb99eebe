"""How a column becomes a block, one encoder a file."""
