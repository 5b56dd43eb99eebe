"""Formats that a bundle is exported to, a file each."""
