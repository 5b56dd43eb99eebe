"""Conditions that a release must pass, one gate a file."""
