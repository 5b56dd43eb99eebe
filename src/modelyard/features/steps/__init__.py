"""Steps between values and encoders, one a file: what is missing, what is extreme, what columns say together."""
