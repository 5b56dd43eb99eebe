"""Ways to change texts a little, a file each, so that a model learns from more of them."""
