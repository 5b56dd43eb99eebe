"""Uvicorn's HTTP protocol, for clients that close their side once they have asked."""

from __future__ import annotations

from uvicorn.protocols.http.auto import AutoHTTPProtocol


class Protocol(AutoHTTPProtocol):  # type: ignore[misc, valid-type] # httptools where it is installed, else h11
    """A request that came whole is answered, though its client will send no more; uvicorn would cut it off."""

    def eof_received(self) -> bool:
        """Whether the connection stays open for what is still to be sent."""
        last = self.pipeline[0][0] if self.pipeline else self.cycle
        if last is None or last.response_complete or last.more_body:
            return False
        last.keep_alive = False
        return True
