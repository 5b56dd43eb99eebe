"""What rows must keep, one expectation a file."""
