"""How a yard's tables came about, one step a file; Alembic takes the steps in their order."""
