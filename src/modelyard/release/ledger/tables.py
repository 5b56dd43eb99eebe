"""The yard's tables. Every time is ISO 8601 in UTC; what clients say may be of any length."""

from __future__ import annotations

import sqlalchemy as sa

VERSION = "yard_version"  # the table in which Alembic keeps the newest migration that was made
NEWEST = "0002"  # the last of the migrations; said here, so that a yard is opened without Alembic
LONGEST_NAME = 200  # signs of a person's, or of a key's

METADATA = sa.MetaData()
RELEASES = sa.Table(
    "releases",
    METADATA,
    sa.Column("name", sa.String(64), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("verdicts", sa.JSON, nullable=False),
    sa.Column("made", sa.String(32), nullable=False),
    sa.Column("gone", sa.String(32)),  # when its bundle was collected
)
ALIASES = sa.Table(
    "aliases",
    METADATA,
    sa.Column("name", sa.String(64), primary_key=True),
    sa.Column("alias", sa.String(64), primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
)
REVIEWS = sa.Table(
    "reviews",
    METADATA,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("digest", sa.String(64), nullable=False, index=True),
    sa.Column("by", sa.String(LONGEST_NAME), nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("at", sa.String(32), nullable=False),
)
ACTS = sa.Table(
    "acts",
    METADATA,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("at", sa.String(32), nullable=False),
    sa.Column("kind", sa.String(32), nullable=False),
    sa.Column("subject", sa.Text, nullable=False, index=True),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("detail", sa.JSON, nullable=False),
)
KEYS = sa.Table(
    "keys",
    METADATA,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("name", sa.String(LONGEST_NAME), nullable=False),
    sa.Column("hash", sa.String(64), nullable=False, unique=True),
    sa.Column("scopes", sa.String(64), nullable=False),  # by commas
    sa.Column("made", sa.String(32), nullable=False),
    sa.Column("expires", sa.String(32)),
    sa.Column("revoked", sa.String(32)),
    sa.Column("rate", sa.Float),  # requests a second
)
ANSWERS = sa.Table(
    "answers",
    METADATA,
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
    sa.Index("ix_answers_name_at", "name", "at"),
)
FEEDBACK = sa.Table(
    "feedback",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("request", sa.Text, nullable=False, index=True),
    sa.Column("row", sa.Integer, nullable=False),
    sa.Column("truth", sa.JSON, nullable=False),
    sa.Column("key", sa.Integer),
    sa.Column("at", sa.String(32), nullable=False),
    sa.Column("name", sa.Text, nullable=False),
)
