"""The options of whoever is reached by strangers: `serve` and `launch` take them all."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modelyard.cli.options import (
    AccessLog,
    BodySeconds,
    Burst,
    Connections,
    Cors,
    HeadSeconds,
    MaxBody,
    MaxHead,
    Open,
    Rate,
    Timeout,
    TlsCert,
    TlsClientCa,
    TlsKey,
    TrustProxy,
)
from modelyard.core.errors import UsageError, YardError
from modelyard.serve.access.settings import Access, Tls
from modelyard.serve.settings import Limits, Settings

if TYPE_CHECKING:
    from modelyard.serve.target import Target

LIMITS = Limits()
Verb = Callable[..., int]


@dataclass(frozen=True)
class Reach:
    """What the options say."""

    limits: Limits = LIMITS
    access: Access = field(default_factory=Access)

    def settings(self, home: str | None) -> Settings:
        """Of a server whose keys are those of the yard at `home`, if any."""
        return Settings(limits=self.limits, access=replace(self.access, home=home))


def told(  # noqa: PLR0913 - each is an option of the command line
    *,
    open_: Open = False,
    rate: Rate = None,
    burst: Burst = None,
    cors: Cors = None,
    tls_cert: TlsCert = None,
    tls_key: TlsKey = None,
    tls_client_ca: TlsClientCa = None,
    trust_proxy: TrustProxy = None,
    access_log: AccessLog = False,
    max_body: MaxBody = LIMITS.body,
    max_head: MaxHead = LIMITS.head,
    head_seconds: HeadSeconds = LIMITS.head_seconds,
    body_seconds: BodySeconds = LIMITS.body_seconds,
    timeout: Timeout = LIMITS.seconds,
    connections: Connections = LIMITS.connections,
) -> Reach:
    """What the options say.

    Raises:
        UsageError: of a certificate and its key one is named alone.
    """
    limits = Limits(
        body=max_body,
        head=max_head,
        head_seconds=head_seconds,
        body_seconds=body_seconds,
        seconds=timeout,
        connections=connections,
    )
    access = Access(
        open=open_,
        rate=rate,
        burst=burst,
        origins=tuple(cors or ()),
        tls=_tls(tls_cert, tls_key, tls_client_ca),
        proxies=tuple(trust_proxy or ()),
        journal=access_log,
    )
    return Reach(limits, access)


def reached(verb: Verb) -> Verb:
    """The verb with these options, and what they say as its argument `reach`."""
    options = inspect.signature(told).parameters

    @wraps(verb)
    def called(**words: Any) -> int:  # noqa: ANN401 - whatever the verb takes
        said = {name: words.pop(name) for name in options}
        return verb(**words, reach=told(**said))

    own = dict(inspect.signature(verb).parameters)
    del own["reach"]
    every = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in (own | dict(options)).values()]
    called.__signature__ = inspect.Signature(every, return_annotation=int)  # type: ignore[attr-defined]
    called.__annotations__ = {each.name: each.annotation for each in every} | {"return": int}
    return called


def home_of(target: "Target", said: str | None) -> str | None:
    """The yard whose keys are asked for: the release's, the one that was said, the bundle's, this place's; or none."""
    from modelyard.cli import words

    try:
        return target.home or words.yard(target, said).place.address
    except YardError:
        return None


def _tls(certificate: Path | None, key: Path | None, client_ca: Path | None) -> Tls | None:
    if certificate is not None and key is not None:
        return Tls(certificate, key, client_ca)
    if certificate is None and key is None and client_ca is None:
        return None
    lacking = [option for option, file in (("--tls-cert", certificate), ("--tls-key", key)) if file is None]
    raise UsageError(f"TLS needs {' and '.join(lacking)} too", "serve", "--tls-cert FILE --tls-key FILE, both in PEM")
