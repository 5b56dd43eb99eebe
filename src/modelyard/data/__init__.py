"""From what a team has to a table that can be trusted."""
