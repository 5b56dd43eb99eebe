"""Where a server listens and what it is told of the outside: checked before anything begins."""

from __future__ import annotations

import ipaddress
from dataclasses import replace
from typing import TYPE_CHECKING

from modelyard.core.errors import Problems, UsageError
from modelyard.serve.access import tls
from modelyard.serve.access.origins import Origins

if TYPE_CHECKING:
    from modelyard.serve.access.settings import Access


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches an address. A name other than localhost may be anywhere.

    >>> [is_loopback(host) for host in ("127.0.0.1", "127.9.9.9", "::1", "localhost", "0.0.0.0", "::", "", "yard")]
    [True, True, True, True, False, False, False, False]
    """
    if host.lower() == "localhost":
        return True
    try:
        found = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return (mapped or found).is_loopback


def check(host: str, access: Access) -> None:
    """Say now what would not work, or would let in everybody.

    Raises:
        UsageError: the address is public, or a proxy leads to it, and there is no key; or an origin, a proxy, a rate or
            a file is none.
        YardError: the yard that holds the keys cannot be read.
    """
    found = Problems(UsageError)
    for proxy in access.proxies:
        try:
            ipaddress.ip_network(proxy)
        except ValueError:
            found.add("is no address", f"--trust-proxy {proxy}", "such as 10.0.0.7, or a network: 10.0.0.0/8")
    for option, number in (("--rate", access.rate), ("--burst", access.burst)):
        if number is not None and not 0 < number <= 1e9:
            found.add("is no number of requests", f"{option} {number:g}", "a number above 0, such as 20")
    try:
        Origins(access.origins)
    except UsageError as error:
        found.absorb(error)
    try:
        if access.tls is not None:
            tls.context(access.tls)
    except UsageError as error:
        found.absorb(error)
    found.raise_any()
    if (is_loopback(host) and not access.proxies) or access.open or has_keys(access):
        return
    hint = "make a key with: modelyard keys make NAME; or let in everybody who reaches this address with: --open"
    if is_loopback(host):  # whoever reaches the proxy reaches this machine's own address
        where = f"--trust-proxy {access.proxies[0]}"
        raise UsageError("is a proxy before it, and there is no key: everybody could ask", where, hint)
    raise UsageError("is a public address, and there is no key: everybody could ask", f"--host {host}", hint)


def locked(host: str, access: Access) -> Access:
    """The same for an address that `check` let pass: where it did so for a key, a yard that is lost opens nothing.

    A worker that is started anew reads a yard that may be another one by then.
    """
    return replace(access, locked=not access.open and (not is_loopback(host) or bool(access.proxies)))


def has_keys(access: Access) -> bool:
    """Whether the yard has ever made a key.

    Raises:
        YardError: it cannot be read.
    """
    if access.home is None:
        return False
    from modelyard.release.yard import Yard

    return bool(Yard(access.home).keys.table())
