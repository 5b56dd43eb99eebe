"""Learning algorithms and networks, one a file."""
