"""A PostgreSQL that lives as long as the tests do: a cluster of its own in a temporary folder."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa

GET = "needs a PostgreSQL server: apt-get install postgresql (its initdb and postgres alone; no service is used)"
USER = "yard"
FAST = {  # what keeps data through a power cut is not what tests are about
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "60",
    "shared_buffers": "16MB",
    "listen_addresses": "127.0.0.1",
}


def programs() -> Path | None:
    """The folder of initdb and postgres: on the path, or where Debian keeps the newest."""
    found = shutil.which("initdb")
    if found and shutil.which("postgres"):
        return Path(found).parent
    every = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return every[-1].parent if every else None


@dataclass
class Cluster:
    """A running server. `stop` and `start` are for tests of what happens without it."""

    bin: Path
    folder: Path
    port: int
    _number: int = field(default=0)
    _process: subprocess.Popen[bytes] | None = None

    @classmethod
    def make(cls) -> Cluster | None:
        """A new cluster, started; none where PostgreSQL is not installed."""
        bin_ = programs()
        if bin_ is None:
            return None
        folder = Path(tempfile.mkdtemp(prefix="yard-pg-"))  # short: a socket's path has 107 signs at most
        made = cls(bin_, folder, _free())
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            user = made.owner
            os.chown(folder, user.pw_uid, user.pw_gid)
        words = [str(bin_ / "initdb"), "-D", str(folder / "data"), "-U", USER, "-A", "trust", "-E", "UTF8", "-N"]
        subprocess.run([*words, "--locale=C"], check=True, capture_output=True, cwd=folder, **made._as())
        made.start()
        return made

    @property
    def owner(self) -> pwd.struct_passwd:
        """Whom the server runs as, where the tests run as root."""
        try:
            return pwd.getpwnam("postgres")
        except KeyError:
            return pwd.getpwnam("nobody")

    @property
    def url(self) -> str:
        """The server's own database."""
        return self.of("postgres")

    def of(self, database: str) -> str:
        """The URL of a database of this server."""
        return f"postgresql+psycopg://{USER}@127.0.0.1:{self.port}/{database}"

    def database(self) -> str:
        """The URL of a new, empty database."""
        self._number += 1
        name = f"yard_{os.getpid()}_{self._number}"
        engine = sa.create_engine(self.url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        with engine.connect() as connection:
            connection.exec_driver_sql(f'CREATE DATABASE "{name}"')
        return self.of(name)

    def start(self) -> None:
        """Begin to serve, and wait until it does."""
        settings = [word for key, value in FAST.items() for word in ("-c", f"{key}={value}")]
        words = [
            str(self.bin / "postgres"),
            "-D",
            str(self.folder / "data"),
            "-p",
            str(self.port),
            "-k",
            str(self.folder),
        ]
        log = self.folder / "log"
        with log.open("ab") as stream:
            self._process = subprocess.Popen(
                [*words, *settings], stdout=stream, stderr=stream, cwd=self.folder, **self._as()
            )
        for _ in range(600):
            if self._process.poll() is not None:
                break
            with socket.socket() as trial:
                if trial.connect_ex(("127.0.0.1", self.port)) == 0 and self._answers():
                    return
            time.sleep(0.1)
        raise RuntimeError(log.read_text(encoding="utf-8", errors="replace")[-2000:])

    def stop(self) -> None:
        """End at once: whoever is connected is cut off."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)  # PostgreSQL's fast shutdown
            self._process.wait(timeout=60)
            self._process = None

    def remove(self) -> None:
        """End and leave nothing."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _answers(self) -> bool:
        engine = sa.create_engine(self.url, poolclass=sa.NullPool)
        try:
            with engine.connect():
                return True
        except sa.exc.OperationalError:  # it is still starting
            return False

    def _as(self) -> dict[str, Any]:
        if os.geteuid() != 0:
            return {}
        return {"user": self.owner.pw_uid, "group": self.owner.pw_gid, "extra_groups": []}


def _free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
