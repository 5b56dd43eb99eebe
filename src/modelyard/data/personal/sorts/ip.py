"""Addresses of computers."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import TYPE_CHECKING, ClassVar

from modelyard.core.registry import part
from modelyard.data.personal.detector import Detector, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

FOUR = re.compile(r"(?<![0-9A-Za-z_.:-])(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?![0-9A-Za-z_-])(?!\.[0-9])")
SIX = re.compile(r"(?<![0-9A-Za-z_.:])[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?:\.[0-9]{1,3}){0,3}(?![0-9A-Za-z_:])")
NEAR = 30  # characters before four numbers in which a word tells what they are
# What stands before four numbers that are a version, or a place in a document.
OTHER = re.compile(
    r"(?:(?<![A-Za-z])(?:v|ver|version|versions|release|released|build|firmware|driver|patch|sdk|section|sections|"
    r"clause|chapter|article|paragraph|oid|upgrade(?:d)? to|python|node|java)\.?|[A-Za-z]/|§|"
    r"版本号?|固件|升级到|升级至|第|章节|条款)\s*[:：]?\s*$",
    re.IGNORECASE,
)


@part
class Ip(Detector):
    """IPv4 and IPv6, but for a machine's own and what is no machine's; no numbers of versions or chapters."""

    label: ClassVar[str] = "IP address"
    named: ClassVar[str] = r"\bip( ?v?[46])?( ?addr(ess)?)?\b|\b(remote|client) addr(ess)?\b"

    def spans(self, text: str, *, told: bool) -> Iterator[Span]:
        """Each address."""
        for match in FOUR.finditer(text):
            if _of_a_machine(match[0]) and (
                told or not OTHER.search(text[max(0, match.start() - NEAR) : match.start()])
            ):
                yield Span(match.start(), match.end())
        for match in SIX.finditer(text) if text.count(":") > 1 else ():
            written = match[0]
            if len([group for group in re.split(r"[:.]", written) if group]) > 2 and _of_a_machine(written):
                yield Span(match.start(), match.end())

    def plain(self, written: str) -> str:
        """The shortest form."""
        try:
            return ip_address(written.strip()).compressed
        except ValueError:
            return written.strip()


def _of_a_machine(written: str) -> bool:
    try:
        address = ip_address(written)
    except ValueError:
        return False
    return not (address.is_loopback or address.is_unspecified or address.is_multicast or written == "255.255.255.255")
