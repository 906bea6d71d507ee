from __future__ import annotations

import pytest

from tui.config.text import base_url, expanded, seconds


@pytest.mark.parametrize(
    ("text", "value"),
    [("10s", 10), ("1.5s", 1.5), ("1m", 60), ("1m30s", 90), ("500ms", 0.5)],
)
def test_durations_are_read_in_minutes_and_seconds(text: str, value: float) -> None:
    assert seconds(text) == value


@pytest.mark.parametrize("text", ["", "10", "s", "-5s", "1h", "10 s"])
def test_anything_else_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match="duration"):
        seconds(text)


@pytest.mark.parametrize("text", ["1441m", "99999999999999m", f"{'9' * 400}s"])
def test_longer_than_a_day_no_feed_waits(text: str) -> None:
    """What came of it ended the program: no clock counts so far."""
    with pytest.raises(ValueError, match="a day or less"):
        seconds(text)


def test_a_range_is_written_out_with_its_port() -> None:
    assert expanded("10.10.0.40-42:9100") == (
        "10.10.0.40:9100",
        "10.10.0.41:9100",
        "10.10.0.42:9100",
    )


@pytest.mark.parametrize(
    "text",
    [
        "10.10.0.40",
        "10.10.0.40:9100",
        "node-1:80",
        "a-b",
        "[fd00::1]:9100",
        "db:9104/1",
    ],
)
def test_what_is_no_range_stands_for_itself(text: str) -> None:
    assert expanded(text) == (text,)


@pytest.mark.parametrize(
    "text",
    [
        "10.0.0.9-3",
        "10.0.0.1-256",
        "10.0.0.1-4:0",
        "10.0.0.1-4:99999",
        "10.0.0.1-10.0.0.4",
        "10.0.0.1-",
        "10.0.0.1 - 4",
        "10.0.0.0/24",
        "fd00::1-9",
        "[FD00::1-9]:9100",
        "fd00::/64",
        "10.0.0.40–43",
        "10.0.0.40—43:9100",
        "10.0.0.40−43",
        "10.0.0.40‑43",
    ],
)
def test_nonsense_ranges_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"range|without spaces"):
        expanded(text)


@pytest.mark.parametrize("text", ["10.0.0.4:99999", "h:65536", "[fd00::1]:6553600"])
def test_a_port_that_cannot_be_is_told_with_the_bounds(text: str) -> None:
    with pytest.raises(ValueError, match="end at 65535"):
        expanded(text)
    assert expanded("h:65535") == ("h:65535",)


def test_a_base_url_keeps_its_path() -> None:
    assert base_url("https://proxy.example/monit/") == "https://proxy.example/monit"


@pytest.mark.parametrize(
    "text",
    [
        "prometheus:9090",
        "ftp://x",
        "http://",
        "http://user:secret@x",
        "http://x/?q=1",
        "http://x:port",
        "http://x y",
        "http://x\x07:1",
    ],
)
def test_what_is_no_base_url_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(ValueError, match=r"must|is no URL") as error:
        base_url(text)
    assert "secret" not in str(error.value)
