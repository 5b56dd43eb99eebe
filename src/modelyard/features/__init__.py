"""Columns to blocks of numbers: fitted once, the same object in training and in serving."""
