from __future__ import annotations

import pytest

from tui.model.scrape_url import address_of, path_of


def test_a_url_has_an_address_and_a_path() -> None:
    url = "https://10.0.0.1:9100/metrics?x=1"
    assert (address_of(url), path_of(url)) == ("10.0.0.1:9100", "/metrics")


@pytest.mark.parametrize(
    "url", ["", "http://[::1", "http://[x]/y", "http://\u2100/", "http://a/" * 10_000]
)
def test_what_cannot_be_read_has_neither(url: str) -> None:
    assert (address_of(url), path_of(url)) == ("", "")
