"""Personal data in columns and inside texts: found by rules and check digits, and treated as a recipe says."""
