"""A server that everybody could ask does not start unless it is told to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

import modelyard
from modelyard.core.errors import UsageError, YardError
from modelyard.release.keys import Keys
from modelyard.serve.access import place
from modelyard.serve.access.place import check, is_loopback
from modelyard.serve.access.settings import Access, Tls

if TYPE_CHECKING:
    from pathlib import Path

    from modelyard.release.yard import Yard
    from tests.serve.access.conftest import Serving

PUBLIC = ["0.0.0.0", "::", "", "192.0.2.1", "10.0.0.1", "169.254.1.1", "yard.example.com", "::2", "127.1", "128.0.0.1"]  # noqa: S104
PRIVATE = ["127.0.0.1", "127.255.255.254", "::1", "localhost", "LOCALHOST", "::ffff:127.0.0.1"]


@pytest.mark.parametrize("host", PUBLIC)
def test_a_public_address_needs_keys_or_a_word(host: str, yard: Yard) -> None:
    assert not is_loopback(host)
    for access in (Access(), Access(home=str(yard.home))):
        with pytest.raises(UsageError, match="is a public address, and there is no key") as caught:
            check(host, access)
        assert "modelyard keys make" in caught.value.hint
        assert "--open" in caught.value.hint
    check(host, Access(open=True))
    key, _token = yard.keys.make("one")
    check(host, Access(home=str(yard.home)))
    yard.keys.revoke(key.number)
    check(host, Access(home=str(yard.home)))  # it lets in nobody


@pytest.mark.parametrize("host", PRIVATE)
def test_this_machine_alone_needs_none(host: str) -> None:
    assert is_loopback(host)
    check(host, Access())


@pytest.mark.parametrize("host", PRIVATE)
def test_a_proxy_leads_to_this_machine_too(host: str, yard: Yard) -> None:
    behind: dict[str, Any] = {"home": str(yard.home), "proxies": ("127.0.0.1",)}
    with pytest.raises(UsageError, match="is a proxy before it, and there is no key") as caught:
        check(host, Access(**behind))
    assert (caught.value.where, "--open" in caught.value.hint) == ("--trust-proxy 127.0.0.1", True)
    check(host, Access(**behind, open=True))
    yard.keys.make("one")
    check(host, Access(**behind))


def test_a_server_told_so_answers_everybody(serving: Serving) -> None:
    with serving(host="0.0.0.0", open=True) as url:  # noqa: S104 - that is what is tested
        assert httpx.get(f"{url}/models").status_code == 200
    with pytest.raises(UsageError, match="public address"), serving(host="0.0.0.0"):  # noqa: S104
        pass


@pytest.mark.parametrize(
    ("host", "words", "status"),
    [
        ("0.0.0.0", {}, 401),  # noqa: S104 - that is what is tested
        ("127.0.0.1", {"proxies": ("10.0.0.1",)}, 401),
        ("127.0.0.1", {}, 200),
        ("0.0.0.0", {"open": True}, 200),  # noqa: S104
    ],
)
def test_a_yard_that_is_lost_after_the_look_opens_nothing(
    serving: Serving, yard: Yard, monkeypatch: pytest.MonkeyPatch, host: str, words: dict[str, Any], status: int
) -> None:
    """As for a worker that is started anew when the yard's folder is gone: an empty yard would let in everybody."""
    yard.keys.make("one")

    monkeypatch.setattr(place, "has_keys", lambda _access: True)
    monkeypatch.setattr(Keys, "table", lambda _keys: {})
    with serving(host=host, home=str(yard.home), **words) as url:
        assert httpx.get(f"{url}/models").status_code == status


def test_a_yard_that_cannot_be_read_opens_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    with pytest.raises(YardError):
        check("0.0.0.0", Access(home=str(tmp_path / "file")))  # noqa: S104


def test_launch_says_so_before_anything_is_read() -> None:
    with pytest.raises(UsageError, match="public address"):
        modelyard.launch("no-such-recipe.yaml", host="0.0.0.0", port=0)  # noqa: S104


@pytest.mark.parametrize(
    ("access", "where", "problem"),
    [
        ({"proxies": ("yard.example.com",)}, "--trust-proxy yard.example.com", "is no address"),
        ({"proxies": ("10.0.0.1/8",)}, "--trust-proxy 10.0.0.1/8", "is no address"),
        ({"proxies": ("*",)}, "--trust-proxy *", "is no address"),
        ({"rate": 0.0}, "--rate 0", "is no number of requests"),
        ({"rate": float("nan")}, "--rate nan", "is no number of requests"),
        ({"rate": float("inf")}, "--rate inf", "is no number of requests"),
        ({"burst": -1}, "--burst -1", "is no number of requests"),
        ({"origins": ("app.example.com",)}, "--cors app.example.com", "is no origin"),
        ({"origins": ("https://app.example.com/",)}, "--cors https://app.example.com/", "and nothing after"),
        ({"origins": ("https://a@app.example.com",)}, "--cors https://a@app.example.com", "is no origin"),
        ({"origins": ("https://app.example.com:x",)}, "--cors https://app.example.com:x", "is no origin"),
        ({"origins": ("null",)}, "--cors null", "is no origin"),
    ],
)
def test_a_word_that_fits_nothing_is_told(access: dict[str, Any], where: str, problem: str) -> None:
    with pytest.raises(UsageError) as caught:
        check("127.0.0.1", Access(**access))
    assert (caught.value.where, problem in caught.value.problem) == (where, True)


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    files = Tls(tmp_path / "a.pem", tmp_path / "a.key")
    with pytest.raises(UsageError) as caught:
        check("127.0.0.1", Access(rate=-1, origins=("x",), proxies=("y",), tls=files))
    assert len(caught.value.problems) == 4
