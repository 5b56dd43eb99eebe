"""TLS over a real socket: the handshake, a certificate that is renewed, clients that must show one."""

from __future__ import annotations

import json
import logging
import os
import socket
import ssl
import warnings
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("cryptography", reason="certificates are made with it: pip install cryptography")

from modelyard.core.errors import UsageError
from modelyard.serve.access import tls
from modelyard.serve.access.settings import Tls
from tests.serve.access.certificates import Authority
from tests.serve.conftest import RECORD
from tests.serve.test_server import head, length

if TYPE_CHECKING:
    from pathlib import Path

    from tests.serve.access.conftest import Serving

GOOD = json.dumps(RECORD, ensure_ascii=False).encode()
WAIT = 30  # seconds after which a test gives up


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority.make("test authority")


def asked(url: str, context: ssl.SSLContext) -> tuple[str, str, bytes]:
    """The version of TLS, the name in the server's certificate, and the answer to a record."""
    host, port = url.removeprefix("https://").split(":")
    with (
        socket.create_connection((host, int(port)), timeout=WAIT) as bare,
        context.wrap_socket(bare, server_hostname=host) as connection,
    ):
        subject = (connection.getpeercert() or {})["subject"]
        connection.sendall(head(length(GOOD)) + GOOD)
        answer = b""
        while part := connection.recv(65536):
            answer += part
        return connection.version() or "", subject[0][0][1], answer


def trusting(authority: Authority, folder: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=authority.file(folder / "authority.pem"))


def test_a_record_is_answered_over_tls(serving: Serving, authority: Authority, tmp_path: Path) -> None:
    files = authority.sign("first", tmp_path)
    with serving(tls=Tls(*files)) as url:
        assert url.startswith("https://127.0.0.1:")
        version, name, answer = asked(url, trusting(authority, tmp_path))
    assert (version, name) == ("TLSv1.3", "first")
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b"strict-transport-security: max-age=31536000\r\n" in answer


def test_versions_before_1_2_are_refused(serving: Serving, authority: Authority, tmp_path: Path) -> None:
    context = trusting(authority, tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    with serving(tls=Tls(*authority.sign("first", tmp_path))) as url, pytest.raises((ssl.SSLError, OSError)):
        asked(url, context)


def test_plain_http_to_a_tls_port_does_not_stop_it(serving: Serving, authority: Authority, tmp_path: Path) -> None:
    with serving(tls=Tls(*authority.sign("first", tmp_path))) as url:
        host, port = url.removeprefix("https://").split(":")
        with socket.create_connection((host, int(port)), timeout=WAIT) as connection:
            connection.sendall(head(verb="GET /livez"))
            assert not connection.recv(65536).startswith(b"HTTP/1.1 200")
        assert asked(url, trusting(authority, tmp_path))[2].startswith(b"HTTP/1.1 200 ")


def test_a_renewed_certificate_is_taken_up_and_a_broken_one_is_not(
    serving: Serving,
    authority: Authority,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(tls, "PERIOD", 0.0)
    context = trusting(authority, tmp_path)
    certificate, key = authority.sign("first", tmp_path)
    with serving(tls=Tls(certificate, key)) as url:
        assert asked(url, context)[1] == "first"
        new_certificate, new_key = authority.sign("second", tmp_path, to="new")
        os.replace(new_certificate, certificate)  # noqa: PTH105 - half of the renewal, as a tool would do it
        assert asked(url, context)[1] == "first"
        assert "the key is not that of the certificate" in caplog.text
        os.replace(new_key, key)  # noqa: PTH105
        assert asked(url, context)[1] == "second"
        certificate.write_text("broken", encoding="utf-8")
        assert asked(url, context)[1] == "second"
        certificate.unlink()
        caplog.set_level(logging.WARNING)
        assert asked(url, context)[1] == "second"


def test_clients_must_show_a_certificate_where_it_is_said(
    serving: Serving, authority: Authority, tmp_path: Path
) -> None:
    clients, strangers = Authority.make("clients"), Authority.make("strangers")
    said = Tls(*authority.sign("first", tmp_path), clients.file(tmp_path / "clients.pem"))
    with serving(tls=said) as url:
        for signer, welcome in ((None, False), (strangers, False), (clients, True)):
            context = trusting(authority, tmp_path)
            if signer is not None:
                context.load_cert_chain(*signer.sign("client", tmp_path, to="client"))
            try:
                answer = asked(url, context)[2]
            except OSError:
                answer = b""
            assert answer.startswith(b"HTTP/1.1 200 ") == welcome


def test_files_that_are_none_are_told(authority: Authority, tmp_path: Path) -> None:
    certificate, key = authority.sign("first", tmp_path)
    _other, other_key = authority.sign("other", tmp_path, to="other")
    broken = tmp_path / "broken.pem"
    broken.write_text("secret-4711", encoding="utf-8")
    cases = [
        (Tls(tmp_path / "no.pem", key), "cannot be read: no such file", "--tls-cert"),
        (Tls(certificate, tmp_path / "no.key"), "cannot be read: no such file", "--tls-key"),
        (Tls(certificate, other_key), "the key is not that of the certificate", "server.pem"),
        (Tls(broken, key), "no certificate with its key", "broken.pem"),
        (Tls(certificate, broken), "no certificate with its key", "broken.pem"),
        (Tls(certificate, key, broken), "holds no certificate", "--tls-client-ca"),
    ]
    for said, problem, where in cases:
        with pytest.raises(UsageError) as caught:
            tls.context(said)
        assert problem in caught.value.problem
        assert where in caught.value.where
        assert "4711" not in str(caught.value)


def test_a_stalled_handshake_holds_nobody_up(serving: Serving, authority: Authority, tmp_path: Path) -> None:
    with serving(tls=Tls(*authority.sign("first", tmp_path))) as url:
        host, port = url.removeprefix("https://").split(":")
        with socket.create_connection((host, int(port)), timeout=WAIT) as stalled:
            stalled.sendall(b"\x16\x03\x01")
            assert asked(url, trusting(authority, tmp_path))[2].startswith(b"HTTP/1.1 200 ")
