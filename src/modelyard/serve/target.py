"""What is served under a name: where its bundle lies, and which release of which yard it is."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from urllib.parse import quote

from modelyard.core.errors import BundleError, ModelyardError
from modelyard.data import cleaning
from modelyard.release.bundle import Bundle

if TYPE_CHECKING:
    from modelyard.release.yard import Release

log = logging.getLogger("modelyard.serve")


@dataclass(frozen=True)
class Target:
    """A bundle's folder under a name; where it is a release, its yard's `home` (a folder or a URL) and its version.

    An `alias` is followed: whatever release carries it is served. Without one the version stays. It can be pickled, so
    that every worker starts from the same words.
    """

    name: str
    folder: str
    digest: str
    home: str = field(default="", repr=False)  # a URL may hold a password
    version: int = 0
    alias: str = ""

    @classmethod
    def of(cls, bundle: Bundle, name: str = "") -> Target:
        """A bundle of no yard; it stays."""
        return cls(name or bundle.name, str(bundle.folder), bundle.digest)

    def at(self, release: Release, bundle: Bundle) -> Target:
        """Another release of the same name."""
        return replace(self, folder=str(bundle.folder), digest=release.digest, version=release.version)

    @property
    def release(self) -> str:
        """`NAME@VERSION`; empty where it is no release."""
        return f"{self.name}@{self.version}" if self.version else ""

    @property
    def label(self) -> str:
        """The release, or the first digits of the digest."""
        return self.release or self.digest[:12]

    @property
    def marks(self) -> list[tuple[bytes, bytes]]:
        """The headers of every answer, as far as they tell the release."""
        told = f"{quote(self.name)}@{self.version}".encode()
        return [(b"x-modelyard-release", told)] if self.version else []

    def open(self) -> Bundle:
        """Read its bundle.

        Raises:
            BundleError: it is missing, altered, or another one than was named.
            RecipeError, MissingExtraError: the key, or a package, with which its columns are protected is not here.
        """
        bundle = Bundle.load(self.folder)
        cleaning.ready(bundle.schema.columns)  # a key or a package that is not there is told before the first request
        if bundle.digest != self.digest:
            raise BundleError("is another bundle than the one named", self.folder, "name it again, or release it again")
        return bundle

    def opened(self) -> tuple[Target, Bundle]:
        """Its bundle; where that is gone, that of the release which the yard names by now, or as the yard has it.

        A server that has run for long starts a worker anew from words that were true when it began.

        Raises:
            BundleError: it is missing or altered, and the yard has none either.
        """
        try:
            return self, self.open()
        except BundleError:
            if not self.home:
                raise
            from modelyard.release.yard import Yard  # SQLAlchemy, which a folder is served without

            yard = Yard(self.home)
            try:
                release = yard.find(f"{self.name}@{self.alias or self.version}")
                bundle = yard.open(release)
            except ModelyardError as error:
                log.warning("%s cannot be had from its yard either (%s)", self.label, type(error).__name__)
            else:
                return self.at(release, bundle), bundle
            raise
