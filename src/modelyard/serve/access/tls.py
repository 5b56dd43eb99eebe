"""TLS, whose certificate may be renewed on disk while the server runs."""

from __future__ import annotations

import logging
import ssl
from time import monotonic
from typing import TYPE_CHECKING, Any, Self

from modelyard.core.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from modelyard.serve.access.settings import Tls

log = logging.getLogger("modelyard.serve")
PERIOD = 1.0  # seconds between looks at the files
HSTS = (b"strict-transport-security", b"max-age=31536000")
Stamp = tuple[tuple[int, int, int], ...]


class Renewing(ssl.SSLContext):
    """A context that is another one: that of the files as they are now. A new connection gets the new certificate."""

    _tls: Tls
    _current: ssl.SSLContext
    _stamp: Stamp
    _looked: float

    @classmethod
    def of(cls, tls: Tls) -> Self:
        """From the files.

        Raises:
            UsageError: they hold no certificate with its key.
        """
        self = cls(ssl.PROTOCOL_TLS_SERVER)
        self._tls, self._looked = tls, monotonic()
        self._stamp, self._current = _stamp(tls), context(tls)
        return self

    def wrap_bio(self, *args: Any, **words: Any) -> ssl.SSLObject:  # noqa: ANN401 - what asyncio gives ssl
        """Begin a connection, by the newest certificate that there is."""
        if monotonic() - self._looked >= PERIOD:
            self._looked = monotonic()
            self._renew()
        return self._current.wrap_bio(*args, **words)

    def _renew(self) -> None:
        """Take the files up if they changed; half written or broken ones are left alone until they change again."""
        try:
            stamp = _stamp(self._tls)
            if stamp == self._stamp:
                return
            self._stamp = stamp
            self._current = context(self._tls)
        except (OSError, UsageError) as error:
            log.warning("the renewed certificate is not taken up (%s): the old one goes on", error)
        else:
            log.info("the renewed certificate is taken up")


def context(tls: Tls) -> ssl.SSLContext:
    """TLS 1.2 or newer, by files.

    Raises:
        UsageError: they hold no certificate with its key.
    """
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.options |= ssl.OP_NO_RENEGOTIATION
    made.set_alpn_protocols(["http/1.1"])
    _readable(tls.certificate, "--tls-cert")
    _readable(tls.key, "--tls-key")
    try:
        made.load_cert_chain(tls.certificate, tls.key, password=_no_password)
    except ssl.SSLError as error:
        told = (
            "the key is not that of the certificate" if "MISMATCH" in str(error) else "is no certificate with its key"
        )
        raise UsageError(told, f"{tls.certificate}, {tls.key}", "both in PEM, the key without a password") from None
    if tls.client_ca is not None:
        _readable(tls.client_ca, "--tls-client-ca")
        try:
            made.load_verify_locations(tls.client_ca)
        except ssl.SSLError:
            raise UsageError("holds no certificate", f"--tls-client-ca {tls.client_ca}", "in PEM") from None
        made.verify_mode = ssl.CERT_REQUIRED
    return made


def _readable(path: Path, option: str) -> None:
    try:
        path.open("rb").close()
    except OSError as error:
        told = (error.strerror or type(error).__name__).lower()
        raise UsageError(f"cannot be read: {told}", f"{option} {path}", "name a file in PEM") from None


def _no_password() -> str:
    """OpenSSL would ask for one at the terminal."""
    return ""


def _stamp(tls: Tls) -> Stamp:
    """By which a changed file is known; a link that names another file now is another one."""
    found = [path.stat() for path in (tls.certificate, tls.key, tls.client_ca) if path is not None]
    return tuple((each.st_ino, each.st_mtime_ns, each.st_size) for each in found)
