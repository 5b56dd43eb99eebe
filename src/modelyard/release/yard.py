"""The yard: names, versions and aliases of what passed its gates. SQLite by default, under `.modelyard/`."""

from __future__ import annotations

import os
import shutil
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from modelyard.core import artifacts
from modelyard.core.errors import BundleError, UsageError, YardError, nearest
from modelyard.core.evidence import Review
from modelyard.core.report import Verdict
from modelyard.release import manifest
from modelyard.release.bundle import Bundle

if TYPE_CHECKING:
    from collections.abc import Sequence

FOLDER = ".modelyard"
HOME = "MODELYARD_HOME"
CHAMPION = "champion"
WAIT = {"timeout": 30}  # seconds for another process to finish writing
SCHEME = "modelyard:/"
LONGEST_NAME = 200  # signs of a reviewer's

METADATA = sa.MetaData()
RELEASES = sa.Table(
    "releases",
    METADATA,
    sa.Column("name", sa.String(64), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("verdicts", sa.JSON, nullable=False),
    sa.Column("made", sa.String(32), nullable=False),
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


@dataclass(frozen=True)
class Release:
    """A bundle that passed its gates, under a name; `alias` is empty where none names this version."""

    name: str
    version: int
    alias: str
    digest: str
    verdicts: tuple[Verdict, ...]
    made: str


class Yard:
    """Releases under one folder."""

    def __init__(self, home: Path) -> None:
        """The yard in `home`, made on first use."""
        self.home = home
        self._engine: sa.Engine | None = None

    @property
    def checkpoints(self) -> Path:
        """Where trainings under way are kept."""
        return self.home / "checkpoints"

    @property
    def searches(self) -> Path:
        """Where searches keep what they have found."""
        return self.home / "searches"

    @property
    def bundles(self) -> Path:
        """Where bundles lie, each under its digest."""
        return self.home / "bundles"

    @property
    def engine(self) -> sa.Engine:
        """The database, its tables made where they are not there yet.

        Raises:
            YardError: the folder cannot be written.
        """
        if self._engine is None:
            try:
                self.home.mkdir(parents=True, exist_ok=True)
                engine = sa.create_engine(
                    sa.URL.create("sqlite", database=str(self.home / "yard.db")), connect_args=WAIT
                )
                sa.event.listen(engine, "connect", _prepare)
                sa.event.listen(engine, "begin", _begin)
                METADATA.create_all(engine.execution_options(writes=True))
            except (OSError, sa.exc.SQLAlchemyError) as error:
                hint = f"set {HOME} to a folder that can be written"
                raise YardError("the yard cannot be opened", str(self.home), hint) from error
            self._engine = engine
        return self._engine

    def offer(self, bundle: Bundle, verdicts: Sequence[Verdict]) -> Release:
        """Release a bundle: the next version of its name, which becomes the champion.

        A bundle that is the champion already is not released again.

        Raises:
            YardError: a verdict is no.
        """
        refused = [verdict for verdict in verdicts if not verdict.passed]
        if refused:
            raise YardError(f"{len(refused)} gates said no", bundle.name, "; ".join(v.reason for v in refused))
        self._keep(bundle)
        with self.engine.execution_options(writes=True).begin() as connection:
            current = self._champion(connection, bundle.name)
            if current is not None and current.digest == bundle.digest:
                return current
            latest = sa.select(sa.func.max(RELEASES.c.version)).where(RELEASES.c.name == bundle.name)
            version = (connection.execute(latest).scalar() or 0) + 1
            made = datetime.now(UTC).isoformat(timespec="seconds")
            release = Release(bundle.name, version, CHAMPION, bundle.digest, tuple(verdicts), made)
            told = [asdict(verdict) for verdict in verdicts]
            connection.execute(
                RELEASES.insert().values(
                    name=bundle.name, version=version, digest=bundle.digest, verdicts=told, made=made
                )
            )
            connection.execute(ALIASES.delete().where(ALIASES.c.name == bundle.name, ALIASES.c.alias == CHAMPION))
            connection.execute(ALIASES.insert().values(name=bundle.name, alias=CHAMPION, version=version))
        return release

    def review(self, bundle: Bundle, by: str, note: str = "") -> Review:
        """A named person signs a bundle off: this very one, by its digest. What is signed is kept, and never changed.

        Raises:
            UsageError: the name is empty or too long.
        """
        name = " ".join(by.split())
        if not name or len(name) > LONGEST_NAME:
            raise UsageError("a sign-off is by a named person", "by", 'such as: --by "Ada Lovelace"')
        signed = Review(name, datetime.now(UTC).isoformat(timespec="seconds"), note.strip())
        with self.engine.execution_options(writes=True).begin() as connection:
            connection.execute(REVIEWS.insert().values(digest=bundle.digest, **asdict(signed)))
        return signed

    def reviews(self, digest: str) -> tuple[Review, ...]:
        """Who signed the bundle of a digest off, the first one first."""
        query = sa.select(REVIEWS.c.by, REVIEWS.c.at, REVIEWS.c.note).where(REVIEWS.c.digest == digest)
        with self.engine.connect() as connection:
            return tuple(Review(*row) for row in connection.execute(query.order_by(REVIEWS.c.number)))

    def releases(self, name: str | None = None) -> list[Release]:
        """Every release, or those of one name, newest first."""
        query = _joined().order_by(RELEASES.c.name, RELEASES.c.version.desc())
        if name is not None:
            query = query.where(RELEASES.c.name == name)
        with self.engine.connect() as connection:
            return [_release(row) for row in connection.execute(query)]

    def find(self, reference: str) -> Release:
        """The release that `NAME`, `NAME@ALIAS`, `NAME@VERSION` or `modelyard:/NAME@...` means.

        Raises:
            YardError: there is none.
        """
        name, _, which = reference.removeprefix(SCHEME).partition("@")
        found = self.releases(name)
        if not found:
            known = {release.name for release in self.releases()}
            hint = nearest(name, known) if known else "release one with: modelyard release BUNDLE"
            raise YardError(f"no release called '{name}' in the yard {self.home}", reference, hint)
        which = which or CHAMPION
        for release in found:
            if which in {release.alias, str(release.version), f"v{release.version}"}:
                return release
        versions = [str(r.version) for r in found] + [r.alias for r in found if r.alias]
        raise YardError(f"'{name}' has no version or alias '{which}'", reference, nearest(which, versions))

    def champion(self, name: str) -> Bundle | None:
        """The bundle of a name's champion, if there is one.

        Raises:
            BundleError: it is there and altered.
        """
        with self.engine.connect() as connection:
            release = self._champion(connection, name)
        return self.open(release) if release is not None else None

    def open(self, release: Release) -> Bundle:
        """The bundle of a release.

        Raises:
            BundleError: it is missing or altered.
        """
        bundle = Bundle.load(self.bundles / release.digest)
        if bundle.digest != release.digest:
            raise BundleError("is another bundle than the one released", str(bundle.folder), "release it again")
        return bundle

    def _keep(self, bundle: Bundle) -> None:
        """Copy a bundle from elsewhere into the yard."""
        place = self.bundles / bundle.digest
        if place.exists():
            Bundle.load(place)
            return
        with artifacts.staged_folder(self.bundles) as staging:
            for name in ("manifest.json", *bundle.manifest.every):
                (staging / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(bundle.folder / name, staging / name)
            Bundle.load(staging)
            try:
                artifacts.publish(staging, place)
            except FileExistsError:  # another process has just kept the same one
                Bundle.load(place)

    @staticmethod
    def _champion(connection: sa.Connection, name: str) -> Release | None:
        row = connection.execute(_joined().where(RELEASES.c.name == name, ALIASES.c.alias == CHAMPION)).first()
        return None if row is None else _release(row)


def home_of(folder: Path) -> Path:
    """The yard of a recipe in `folder`: `MODELYARD_HOME`, or `.modelyard` beside the recipe."""
    return Path(os.environ[HOME]) if os.environ.get(HOME) else folder / FOLDER


def here() -> Yard:
    """The yard of this place: `MODELYARD_HOME`, or the nearest `.modelyard` in this folder or above it.

    Raises:
        YardError: there is none.
    """
    if os.environ.get(HOME):
        return Yard(Path(os.environ[HOME]))
    start = Path.cwd()
    for folder in (start, *start.parents):
        if (folder / FOLDER).is_dir():
            return Yard(folder / FOLDER)
    hint = f"change into the folder of the recipe, or name its yard: --home DIR, or {HOME}"
    raise YardError("no yard here", str(start), hint)


def load(reference: str | Path) -> Bundle:
    """A bundle by its folder, or a release by its name.

    Raises:
        BundleError: the bundle is altered or unreadable.
        YardError: there is neither such a folder nor such a release.
    """
    if (Path(reference) / manifest.FILE).is_file():
        return Bundle.load(reference)
    if isinstance(reference, Path) or os.sep in reference.removeprefix(SCHEME):
        raise BundleError("no such bundle", str(reference), "give a bundle's folder, or the name of a release")
    yard = here()
    return yard.open(yard.find(reference))


def _joined() -> Any:  # noqa: ANN401 - SQLAlchemy's select of five columns
    alias = sa.and_(ALIASES.c.name == RELEASES.c.name, ALIASES.c.version == RELEASES.c.version)
    return sa.select(RELEASES, ALIASES.c.alias).select_from(RELEASES.outerjoin(ALIASES, alias))


def _release(row: Any) -> Release:  # noqa: ANN401 - SQLAlchemy's row
    verdicts = tuple(Verdict(**verdict) for verdict in row.verdicts)
    return Release(row.name, row.version, row.alias or "", row.digest, verdicts, row.made)


def _prepare(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own connection
    """Let SQLAlchemy begin transactions itself, and readers go on while one writes."""
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")


def _begin(connection: sa.Connection) -> None:
    """A writer takes the lock before it reads: two releases at one moment get two versions."""
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
