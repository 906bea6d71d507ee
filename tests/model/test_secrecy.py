from __future__ import annotations

from functools import partial

import pytest

from tests.yardstick import best_ms
from tui.model.secrecy import without_secrets

PATH = "/home/ops/pipx/venvs/taloscope/lib/python3.11/site-packages/textual/App.py"
HOST = "prometheus-kube-prometheus-stack-alertmanager.monitoring-1.svc.cluster.local"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("http://ops:hunter2@nas:9100/x", "http://***@nas:9100/x"),
        ('"http://nas/m?token=abc&a=1": EOF', '"http://nas/m?token=***&a=1": EOF'),
        ("http://nas/m?sig_key=abc", "http://nas/m?sig_key=***"),
        ("sent Bearer abcdefgh.ijk", "sent Bearer ***"),
        ("Authorization: Bearer abc.def", "Authorization: ***"),
        ("{'Authorization': 'Basic aHVudGVyMg=='}", "{'Authorization': ***}"),
        ("sent basic aHVudGVyMg==", "sent basic ***"),
        ("--password=hunter2 -v", "--password=*** -v"),
        ("password = 'hunter2' and on", "password = *** and on"),
        ("  password: hunter2", "  password: ***"),
        ('{"client_secret": "hunter2"}', '{"client_secret": ***}'),
        ("-----BEGIN EC KEY-----\nMIG\n-----END EC KEY-----\nrest", "***\nrest"),
        ("-----BEGIN EC KEY-----\nMIG", "***"),
        ("key " + "aB3/" * 20, "key ***"),
    ],
)
def test_what_looks_like_a_secret_is_taken_out(text: str, told: str) -> None:
    assert without_secrets(text) == told


@pytest.mark.parametrize(
    "text",
    [
        "http://nas:9100/metrics?module=if_mib",
        "the token of the bearer is old, user@host",
        "401: basic authentication is required",
        "could not refresh the token: invalid_grant",
        f'  File "{PATH}", line 7, in key',
        f"lookup {HOST}: no such host",
        "sha256:" + "0a1b" * 16,
    ],
)
def test_prose_places_and_hosts_stay(text: str) -> None:
    assert without_secrets(text) == text


def test_a_megabyte_takes_no_time_worth_speaking_of() -> None:
    for text in ("a=" * 500_000, "token" * 200_000, "Aa1/" * 250_000):
        assert best_ms(partial(without_secrets, text), 1) < 2_000
