"""Tables with planted faults, and tables that are known to be sound."""
