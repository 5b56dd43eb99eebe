"""What uvicorn is told of strangers: limits, TLS, and whose word on an address is taken."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelyard.serve.access.tls import Renewing
from modelyard.serve.protocol import limited

if TYPE_CHECKING:
    from modelyard.serve.settings import Settings


def words(settings: Settings) -> dict[str, Any]:
    """Words for `uvicorn.Config`.

    Raises:
        UsageError: the files of TLS hold no certificate with its key.
    """
    told: dict[str, Any] = {"http": limited(settings.limits), "proxy_headers": bool(settings.access.proxies)}
    if settings.access.proxies:
        told["forwarded_allow_ips"] = list(settings.access.proxies)
    if settings.access.tls is not None:
        context = Renewing.of(settings.access.tls)
        told["ssl_context_factory"] = lambda _config, _default: context
    return told
