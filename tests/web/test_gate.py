from __future__ import annotations

import pytest

from tui.web.gate import Gate, is_loopback


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.8.8", "::1"])
def test_loopback_is_known(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.1", "wall", ""])
def test_what_others_reach_is_not_loopback(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize(
    ("listens", "header", "is_known"),
    [
        ("127.0.0.1", "127.0.0.1:8640", True),
        ("127.0.0.1", "localhost:8640", True),
        ("127.0.0.1", "LocalHost", True),
        ("127.0.0.1", "[::1]:8640", True),
        ("127.0.0.1", "10.0.0.1", False),
        ("127.0.0.1", "evil.example", False),
        ("127.0.0.1", "localhost.evil.example", False),
        ("127.0.0.1", "", False),
        ("127.0.0.1", "[::1", False),
        ("10.0.0.1", "10.0.0.1:8640", True),
        ("10.0.0.1", "10.0.0.2:8640", False),
        ("0.0.0.0", "10.0.0.2:8640", True),
        ("0.0.0.0", "evil.example", False),
        ("0.0.0.0", "wall.example:8640", True),
        ("Desk.example", "desk.example", True),
    ],
)
def test_a_request_must_come_by_a_name_of_ours(
    listens: str, header: str, is_known: bool
) -> None:
    assert Gate(listens, {"wall.example"}).knows(header) is is_known


def test_a_websocket_must_come_from_our_page() -> None:
    gate = Gate("127.0.0.1")
    assert gate.is_from_our_page("http://localhost:1", "localhost:1")
    assert gate.is_from_our_page("https://wall.example", "wall.example")
    assert not gate.is_from_our_page("http://localhost:2", "localhost:1")
    assert not gate.is_from_our_page(None, "localhost:1")
    assert not gate.is_from_our_page("null", "localhost:1")
    assert not gate.is_from_our_page("http://[", "localhost:1")


def test_a_cookie_holds_for_one_token_and_does_not_tell_it() -> None:
    one, other = Gate("h", token="a" * 16), Gate("h", token="b" * 16)
    assert one.lets_in(one.cookie)
    assert not one.lets_in(other.cookie)
    assert not one.lets_in("")
    assert not one.lets_in("\u00e9")
    assert one.token not in one.cookie
    assert one.cookie_name != other.cookie_name


def test_without_a_token_whoever_reaches_it_may_look() -> None:
    assert Gate("127.0.0.1").lets_in("")
