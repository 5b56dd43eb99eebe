"""Files that are damaged in every way that was thought of, and what a patient reader finds in them."""
