"""Web addresses that name a user."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from modelyard.core.registry import part
from modelyard.data.personal.detector import Detector, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

SIGNS = r"[^\s<>\"'，。；、）)\]】]"
# Where what follows the host is a user's name.
HOSTS = (
    r"(?:twitter|x|facebook|instagram|github|gitlab|gitee|t|telegram|medium|pinterest|snapchat|vk|weibo|m\.weibo|"
    r"space\.bilibili)\.(?:com|me|cn)"
)
NAMED = (
    r"(?:www\.|m\.)?(?:linkedin\.com/in|reddit\.com/u(?:ser)?|youtube\.com/(?:c|user)|tiktok\.com|weibo\.com/u|"
    r"zhihu\.com/people|xiaohongshu\.com/user/profile|douyin\.com/user|jianshu\.com/u)"
)
# Pages of these hosts that are no user's.
PAGES = (
    r"(?:about|login|signup|search|help|home|explore|settings|features|pricing|privacy|terms|tos|docs|blog|jobs|"
    r"hashtag|topics)"
)
FORM = re.compile(
    rf"(?<![0-9A-Za-z@])(?:(?:https?://)?(?:(?:www\.)?{HOSTS}/(?!{PAGES}(?:[/?#]|\b(?![-.])))@?[0-9A-Za-z_.-]{{2,}}"
    rf"|{NAMED}/@?[^\s/<>\"'，。；、)]{{2,}})"
    rf"|https?://[^\s/<>\"']+/(?:~|u/|users?/|people/|profiles?/|@)[^\s/<>\"'，。；、)]{{2,}}"
    rf"|[a-z][a-z0-9+.-]{{0,20}}://[^\s/:@<>\"']{{1,100}}:[^\s/@<>\"']{{1,100}}@[^\s<>\"'，。；、)]+)(?:[/?#]{SIGNS}*)?",
    re.IGNORECASE,
)


@part
class Profile(Detector):
    """Pages of people in social networks and on others' hosts, and addresses with a user and a password."""

    label: ClassVar[str] = "profile"
    named: ClassVar[str] = r"\b(twitter|facebook|instagram|linkedin|github|weibo|profile) ?(url|link)\b|个人主页"

    def spans(self, text: str, *, told: bool) -> Iterator[Span]:  # noqa: ARG002 - its form tells it anywhere
        """Each address, without the stop of a sentence behind it."""
        for match in FORM.finditer(text) if "/" in text else ():
            yield Span(match.start(), match.start() + len(match[0].rstrip(".,;:!?")))

    def plain(self, written: str) -> str:
        """Without what all such addresses share."""
        return re.sub(r"^https?://(www\.)?", "", written.strip().casefold()).rstrip("/")
