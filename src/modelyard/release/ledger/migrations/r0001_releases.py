"""Releases, aliases and reviews, as the first yards had them without a migration; what is there already stays."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make each of the three tables where it is not there yet."""
    there = set(sa.inspect(op.get_bind()).get_table_names())
    if "releases" not in there:
        op.create_table(
            "releases",
            sa.Column("name", sa.String(64), primary_key=True),
            sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
            sa.Column("digest", sa.String(64), nullable=False),
            sa.Column("verdicts", sa.JSON, nullable=False),
            sa.Column("made", sa.String(32), nullable=False),
        )
    if "aliases" not in there:
        op.create_table(
            "aliases",
            sa.Column("name", sa.String(64), primary_key=True),
            sa.Column("alias", sa.String(64), primary_key=True),
            sa.Column("version", sa.Integer, nullable=False),
        )
    if "reviews" not in there:
        op.create_table(
            "reviews",
            sa.Column("number", sa.Integer, primary_key=True),
            sa.Column("digest", sa.String(64), nullable=False),
            sa.Column("by", sa.String(200), nullable=False),
            sa.Column("note", sa.Text, nullable=False),
            sa.Column("at", sa.String(32), nullable=False),
        )
        op.create_index("ix_reviews_digest", "reviews", ["digest"])
