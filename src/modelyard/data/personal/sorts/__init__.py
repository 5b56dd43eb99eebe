"""What personal data looks like, a sort a file."""
