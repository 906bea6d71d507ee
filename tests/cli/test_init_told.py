"""What `taloscope init` says on the terminal, by what it found."""

from __future__ import annotations

from datetime import UTC, datetime

from tui.cli.init_estate import Found, Other
from tui.cli.init_talos import Apid
from tui.cli.init_told import told
from tui.model.contexts import KubeContext, Pair, TalosContext

PROD = KubeContext("prod", "prod", "https://10.0.0.1:6443")
PAIR = Pair(PROD, (TalosContext("prod", ()),), "its nodes")


def test_a_certificate_that_ends_soon_is_told() -> None:
    apid = Apid("v1.11.2", ends_at=datetime(2026, 3, 1, tzinfo=UTC))
    lines = list(told((Found(PAIR, "v1.34.1", apids={"prod": apid}),)))
    assert "  ✔ Talos         v1.11.2, context prod, known by its nodes" in lines
    assert f"{' ' * 18}the client certificate ends on 2026-03-01" in lines


def test_many_contexts_of_one_server_take_one_line() -> None:
    others = tuple(Other(f"namespace-{number}@prod") for number in range(20))
    lines = [one for one in told((Found(PAIR, others=others),)) if "taken" in one]
    assert len(lines) == 1
    assert lines[0].startswith("  · not taken     contexts namespace-0@prod, ")
    assert len(lines[0]) == 80
