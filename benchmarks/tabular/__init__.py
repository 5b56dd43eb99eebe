"""What benchmarks/tables.py is made of: data sets, methods, one fit a process, and the account of them."""
