from __future__ import annotations

import pytest

from tui.model.probe import Address, HttpProbe, TcpProbe, TlsProbe


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://10.30.0.10:8006/pve/metrics", Address("10.30.0.10", 8006)),
        ("http://node.example/metrics", Address("node.example", 80)),
        ("https://node.example/metrics", Address("node.example", 443)),
        ("http://[fe80::1]:9100/metrics", Address("fe80::1", 9100)),
        ("http://me:secret@10.0.0.1:1/", Address("10.0.0.1", 1)),
        ("", None),
        ("node:9100", None),
        ("http://10.0.0.1:99999/", None),
        ("http://[broken/", None),
    ],
)
def test_an_address_is_the_host_and_port_of_a_url(
    url: str, address: Address | None
) -> None:
    assert Address.of(url) == address


def test_an_ipv6_address_is_written_with_brackets() -> None:
    assert str(Address("fe80::1", 9100)) == "[fe80::1]:9100"


@pytest.mark.parametrize(
    ("url", "sent", "left_out"),
    [
        ("https://h/m?target=a&module=b", "https://h/m?target=a&module=b", ()),
        ("https://me:pw@h:1/m#x", "https://h:1/m", ()),
        ("https://h/m?api_key=1&t=2&Token=3", "https://h/m?t=2", ("api_key", "Token")),
        ("https://h/m?format=&password=", "https://h/m?format=", ("password",)),
    ],
)
def test_a_probe_leaves_out_what_could_be_a_secret(
    url: str, sent: str, left_out: tuple[str, ...]
) -> None:
    assert HttpProbe.of(url) == HttpProbe(sent, left_out)


def test_a_probe_of_nothing_is_none() -> None:
    assert HttpProbe.of("") is None


def test_a_probe_reads_as_a_person_would_try_it() -> None:
    address = Address("10.30.0.10", 8006)
    assert TcpProbe(address).text == "nc -zv -w 3 10.30.0.10 8006"
    assert TlsProbe(address).text == (
        "openssl s_client -connect 10.30.0.10:8006 -showcerts </dev/null"
    )
    shown = HttpProbe("https://h/m?a=b&c=d").text
    assert shown == "curl -sSk -D - -o /dev/null 'https://h/m?a=b&c=d'"
    assert TcpProbe(Address("$(reboot)", 1)).text == "nc -zv -w 3 '$(reboot)' 1"
