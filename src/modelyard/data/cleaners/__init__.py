"""How written values are mended before they are read, a way a file."""
