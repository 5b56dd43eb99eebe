"""The server: uvicorn around the application, until it is told to stop."""

from __future__ import annotations

import errno
import socket
import threading
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import uvicorn

from modelyard.core.errors import UsageError
from modelyard.serve.access import listening, place
from modelyard.serve.app import App
from modelyard.serve.settings import Settings
from modelyard.serve.target import Target
from modelyard.serve.worker import Words
from modelyard.serve.workers import Workers

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Iterator, Mapping

    from modelyard.release.bundle import Bundle

HOST, PORT = "127.0.0.1", 8080
GRACE = 10  # seconds that requests under way get when the server stops
KEEP_ALIVE = 75  # seconds; longer than the minute that load balancers keep theirs
ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104 - how to reach what listens everywhere


def serve(
    models: Mapping[str, Bundle | Target],
    *,
    host: str = HOST,
    port: int = PORT,
    ready: Callable[[str], None] | None = None,
    settings: Settings | None = None,
) -> int | None:
    """Serve until SIGINT or SIGTERM, and say which of them it was.

    `ready` hears the URL once every model answers; port 0 picks a free one.

    Raises:
        UsageError: there is nothing to serve, or the place cannot be listened at.
        BundleError: a bundle does not answer its own example.
    """
    settings = settings or Settings()
    with closing(_listen(models, host, port, settings)) as listener:
        settings = _locked(host, settings)
        if settings.workers == 1:
            return serve_on(listener, models, ready, settings)
        targets = {name: one if isinstance(one, Target) else Target.of(one, name) for name, one in models.items()}
        url = url_of(listener, settings)
        return Workers(Words(targets, settings), listener, lambda: ready and ready(url)).run()


def serve_on(
    listener: socket.socket,
    models: Mapping[str, Bundle | Target],
    ready: Callable[[str], None] | None,
    settings: Settings,
) -> int | None:
    """Serve on a socket that is bound, in this process, until SIGINT or SIGTERM; say which of them it was.

    Raises:
        BundleError: a bundle does not answer its own example.
    """
    server = _Server(App(models, settings), listener, ready)
    server.run()
    server.check()
    return server.stopped_by


@contextmanager
def background(
    models: Mapping[str, Bundle | Target], *, host: str = HOST, port: int = PORT, settings: Settings | None = None
) -> Iterator[str]:
    """Serve in a thread while the block runs; gives the URL once every model answers.

    Raises:
        UsageError: there is nothing to serve, or the place cannot be listened at.
        BundleError: a bundle does not answer its own example.
    """
    settled = threading.Event()
    with closing(_listen(models, host, port, settings)) as listener:
        server = _Server(App(models, _locked(host, settings or Settings())), listener, lambda _url: settled.set())

        def run() -> None:
            try:
                server.run()
            except BaseException as error:  # noqa: BLE001 - whatever it is, the caller hears it
                server.failure = error
            finally:
                settled.set()

        thread = threading.Thread(target=run, name="modelyard-serve", daemon=True)
        thread.start()
        try:
            settled.wait()
            server.check()
            yield server.url
        finally:
            server.should_exit = True
            thread.join()


def url_of(listener: socket.socket, settings: Settings) -> str:
    """Where what listens there can be asked."""
    host, port = listener.getsockname()[:2]
    host = ANYWHERE.get(host, host)
    scheme = "http" if settings.access.tls is None else "https"
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


def check_place(host: str, port: int, settings: Settings | None = None) -> None:
    """Say now, before long work, that a place cannot be listened at.

    Raises:
        UsageError: it cannot, or it would let in everybody.
    """
    place.check(host, (settings or Settings()).access)
    _bind(host, port).close()


class _Server(uvicorn.Server):
    """Uvicorn on a socket that is already bound; it stops when the warm-up fails."""

    def __init__(self, app: App, listener: socket.socket, ready: Callable[[str], None] | None) -> None:
        self.app, self.listener, self.ready = app, listener, ready
        self.failure: BaseException | None = None
        self.stopped_by: int | None = None
        super().__init__(
            uvicorn.Config(
                app,
                lifespan="on",
                ws="none",
                log_config=None,
                log_level="warning",
                access_log=False,
                server_header=False,
                timeout_keep_alive=KEEP_ALIVE,
                timeout_graceful_shutdown=GRACE,
                **listening.words(app.state.settings),
            )
        )

    @property
    def url(self) -> str:
        """Where it can be asked."""
        return url_of(self.listener, self.app.state.settings)

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        """Run until told to stop."""
        super().run(sockets=sockets or [self.listener])

    def check(self) -> None:
        """Raise what made it stop, if it did not stop on request."""
        if self.failure is not None:
            raise self.failure

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then wait for the models in the background."""
        await super().startup(sockets)
        if self.app.warming is not None:
            self.app.warming.add_done_callback(self._warmed)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop at SIGINT and SIGTERM, and let the caller go on instead of raising them again."""
        with super().capture_signals():
            yield
            self.stopped_by = next(iter(self._captured_signals), None)
            self._captured_signals.clear()

    def _warmed(self, warming: asyncio.Task[None]) -> None:
        if warming.cancelled():
            return
        self.failure = warming.exception()
        if self.failure is not None:
            self.should_exit = True
        elif self.ready is not None:
            self.ready(self.url)


def _listen(models: Mapping[str, Bundle | Target], host: str, port: int, settings: Settings | None) -> socket.socket:
    """A socket bound to the place."""
    if not models:
        raise UsageError("there is no model to serve", "serve", "name a release or a bundle")
    place.check(host, (settings or Settings()).access)
    return _bind(host, port)


def _locked(host: str, settings: Settings) -> Settings:
    return replace(settings, access=place.locked(host, settings.access))


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    hint = "choose another --port or --host"
    if not 0 <= port <= 65535:
        raise UsageError("cannot listen: a port is a number from 0 to 65535", f"{host}:{port}", hint)
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise UsageError(f"cannot listen: {_why(error)}", f"{host}:{port}", hint) from error


def _why(error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return "the port is taken"
    if error.errno == errno.EACCES:
        return "this port needs more rights"
    return (error.strerror or type(error).__name__).lower()
