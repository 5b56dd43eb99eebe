"""What the yard writes down: its tables, where they lie, and how an older yard becomes a newer one."""
