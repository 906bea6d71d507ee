from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.estate import make_fleet
from tests.judged import NOW, false_proxy
from tests.remembered import BEGAN, CHANGES, ENDED, HABITS, OTHERS, PROXY, TURNED
from tests.widgets.screen import Stage, screen_lines
from tui.model.change import key_of
from tui.present import history
from tui.present.glyphs import ASCII, UNICODE
from widgets.row_table import RowTable
from widgets.values import Row, Tone


def cells(row: Row) -> list[str]:
    return [each.text + "".join(s.text for s in each.spans) for each in row.cells]


def test_a_change_is_a_row_with_why_beside_it_where_there_is_room() -> None:
    (row,) = history.rows((TURNED,), NOW, UNICODE, is_wide=True)
    when, what, alert, cluster, why = cells(row)
    assert (when, what) == ("02:13:35", "false → ✖ REAL")
    assert (alert, cluster) == ("KubeProxyDown", "prod")
    assert why.startswith("Cilium agent on talos-wk-1")
    assert row.details == ()


def test_or_below_it_where_there_is_none() -> None:
    (row,) = history.rows((ENDED,), NOW, UNICODE, is_wide=False)
    assert len(row.cells) == 4
    told = [span.text for line in row.details for span in line]
    assert told[0].startswith("after ")
    assert "nobody was looking" in told[1]


def test_every_change_has_a_key_of_its_own() -> None:
    keys = {history.change_key(each) for each in (*CHANGES, *OTHERS)}
    assert len(keys) == 7


def test_a_name_is_a_row_with_its_times_and_days() -> None:
    first, *_ = history.habit_rows(HABITS.habits, UNICODE, 14)
    assert cells(first) == [
        *("KubeProxyDown", "prod", "8d", "8d", "", "1d", "3"),
        "    ▁▄▇▇▇▇▇▇▇▇",
    ]


def test_none_at_all_is_blank_and_what_was_never_false_is_quiet() -> None:
    *_, last = history.habit_rows(HABITS.habits, UNICODE, 14)
    assert cells(last)[2:5] == ["", "7h", "7h"]
    assert last.tone is Tone.QUIET
    assert last.cells[4].tone is Tone.CRITICAL


def test_a_day_that_nobody_saw_is_blank_and_one_without_is_low() -> None:
    assert history.strip((None, 0.0, 1.0, 0.5), UNICODE) == " ▁▇▄"
    assert history.strip((None, 0.0, 1.0), ASCII) == " _*"


@pytest.mark.parametrize(
    ("shares", "words"),
    [
        ({}, "never seen"),
        ({"a": 0.638}, "seen 63% of 30d"),
        ({"a": 0.638, "b": 0.0004}, "seen <1% to 63% of 30d"),
        ({"a": 1.0}, "seen 100% of 30d"),
    ],
)
def test_how_much_was_seen_is_said(shares: dict[str, float], words: str) -> None:
    assert history.coverage(replace(HABITS, coverage=shares)) == words


def test_a_change_leads_to_its_alert_while_the_episode_goes_on() -> None:
    fleet = make_fleet()
    prod = fleet.clusters[0]
    listed = (PROXY, *(prod.alerts or ()))
    firing = replace(
        fleet, clusters=(replace(prod, alerts=listed), *fleet.clusters[1:])
    )
    assert history.current(firing, BEGAN) is PROXY
    assert history.current(fleet, ENDED) is None
    assert key_of(PROXY) == BEGAN.subject.key


def test_a_name_leads_to_one_that_fires_and_is_false_before_all_others() -> None:
    fleet = make_fleet()
    found = history.firing(fleet, HABITS.habits[0])
    assert found is not None
    assert found.alert.name == false_proxy("prod", 4).alert.name
    assert history.firing(fleet, HABITS.habits[1]) is None


@pytest.mark.parametrize(
    ("cluster", "name"),
    [("prod", "KubeControllerManagerDown"), ("agentic", "KubeControl…ManagerDown")],
)
async def test_at_80_columns_a_long_name_is_read_to_its_end(
    cluster: str, name: str
) -> None:
    habit = replace(HABITS.habits[0], name="KubeControllerManagerDown", cluster=cluster)
    table = RowTable(history.habit_columns(history.DAYS))
    table.rows = history.habit_rows((habit,), UNICODE, history.DAYS)
    app = Stage(table)
    async with app.run_test(size=(78, 3)):
        assert screen_lines(app)[1].split()[:2] == [f"▌{name}", cluster]
