"""Personal data of nobody, made from the definitions of its formats, and what only looks like it."""
