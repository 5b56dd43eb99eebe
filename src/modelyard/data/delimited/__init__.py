"""Text files of rows, as pieces of whole records: decoded, cut, checked, and what is damaged told line by line."""
