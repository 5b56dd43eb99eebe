"""What is looked for in a table, one sort of trouble a file."""
