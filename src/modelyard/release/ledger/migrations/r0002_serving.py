"""What serving needs: the log of acts, keys, answers with their truths, and which bundles were collected."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables, and write down as acts the releases that were made before there were any."""
    op.add_column("releases", sa.Column("gone", sa.String(32)))
    _acts()
    _keys()
    _traffic()


def _acts() -> None:
    acts = op.create_table(
        "acts",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("detail", sa.JSON, nullable=False),
    )
    op.create_index("ix_acts_subject", "acts", ["subject"])
    releases = sa.table("releases", *(sa.column(name) for name in ("name", "version", "made")))
    known = op.get_bind().execute(sa.select(releases).order_by(releases.c.made, releases.c.name, releases.c.version))
    rows = [
        {  # until now each release became the champion, and nothing else made one
            "at": made,
            "kind": "release",
            "subject": name,
            "by": "",
            "detail": {"alias": "champion", "version": version, "before": version - 1 or None},
        }
        for name, version, made in known
    ]
    op.bulk_insert(acts, rows)


def _keys() -> None:
    op.create_table(
        "keys",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False, unique=True),
        sa.Column("scopes", sa.String(64), nullable=False),
        sa.Column("made", sa.String(32), nullable=False),
        sa.Column("expires", sa.String(32)),
        sa.Column("revoked", sa.String(32)),
        sa.Column("rate", sa.Float),
    )


def _traffic() -> None:
    op.create_table(
        "answers",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("release", sa.Text),
        sa.Column("bundle", sa.String(64), nullable=False),
        sa.Column("key", sa.Integer),
        sa.Column("rows", sa.Integer, nullable=False),
        sa.Column("seconds", sa.Float, nullable=False),
        sa.Column("exchange", sa.Text, nullable=False),
        sa.Column("body", sa.JSON),
    )
    op.create_index("ix_answers_name_at", "answers", ["name", "at"])
    op.create_table(
        "feedback",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("request", sa.Text, nullable=False),
        sa.Column("row", sa.Integer, nullable=False),
        sa.Column("truth", sa.JSON, nullable=False),
        sa.Column("key", sa.Integer),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
    )
    op.create_index("ix_feedback_request", "feedback", ["request"])
