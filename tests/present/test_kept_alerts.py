"""Rows of alerts are kept from pass to pass, and are what they would be made anew."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.chronicle.scenes import at, judged, silence
from tui.model.alert import JudgedAlert, Verdict
from tui.model.silence import Silence
from tui.present.alerts import AlertRows
from tui.present.glyphs import UNICODE
from tui.present.silenced import Known

ALERTS = tuple(
    alert
    for name in "abcd"
    for alert in (
        judged(Verdict.REAL, name=name),
        judged(name=name),
        judged(name=name, starts_at=at(-10)),
        judged(Verdict.REAL, name=name, silenced_by=("s1",)),
    )
)
SILENCES: tuple[dict[str, Silence], ...] = (
    {},
    {"s1": silence(by="ops")},
    {"s1": silence(by="night")},
)
MOMENT = st.tuples(
    st.lists(st.sampled_from(ALERTS), max_size=4, unique_by=lambda a: a.alert.name),
    st.booleans(),
    st.integers(0, 2),
    st.sampled_from([0, 0, 1, 1, 60, 4000, -30]),
)
Moment = tuple[list[JudgedAlert], bool, int, int]


@given(st.lists(MOMENT, min_size=1, max_size=8))
def test_rows_that_are_kept_say_what_new_ones_would(moments: Sequence[Moment]) -> None:
    kept, now = AlertRows(UNICODE), at(0)
    for alerts, is_sent_again, which, later in moments:
        now += timedelta(seconds=later)
        listed = [replace(each) for each in alerts] if is_sent_again else alerts
        silences: Known = SILENCES[which]
        fresh = AlertRows(UNICODE).rows(listed, (), now, silences)
        assert kept.rows(listed, (), now, silences) == fresh
        assert kept.rows(list(listed), (), now, silences) == fresh


def test_of_many_only_what_changed_is_made_again() -> None:
    alerts = [judged(name=f"n{number}") for number in range(50)]
    kept = AlertRows(UNICODE)
    before = kept.rows(alerts, (), at(0))
    alerts = [judged(Verdict.REAL, name="n7"), *alerts[:7], *alerts[8:]]
    after = kept.some_rows(alerts, (), at(1), {}, most=50)
    assert after is not None
    assert after[0] not in before
    assert {id(each) for each in after[1:]} <= {id(each) for each in before}


def test_an_alert_that_is_where_another_was_in_memory_has_its_own_row() -> None:
    kept = AlertRows(UNICODE)
    for number in range(200):
        names = [f"n{number}-{each}" for each in range(5)]
        # Equal to those whose rows are kept, and other objects: nobody else has them.
        kept.rows([judged(name=name) for name in names], (), at(0), {})
        kept.rows([judged(name=name) for name in names], (), at(0), {})
        others = {"s1": silence(by=f"ops-{number}")}
        assert kept.some_rows([judged()], (), at(0), others, most=0) is None
        listed = [judged(name=f"m{number}-{each}") for each in range(5)]
        shown = kept.rows(listed, (), at(0), others)
        assert [row.cells[1].text for row in shown] == [a.alert.name for a in listed]
