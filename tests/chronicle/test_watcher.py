"""Alerts that are as they were are passed over, and nothing is missed by that."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.chronicle.scenes import at, fleet, judged, silence, waiting
from tui.chronicle.known import Known, look
from tui.chronicle.watcher import Watcher
from tui.model.alert import JudgedAlert, Verdict
from tui.model.silence import Silence

NAMES = ("KubeProxyDown", "NodeDown")
ALERTS = tuple(
    alert
    for name in NAMES
    for alert in (
        judged(Verdict.REAL, name=name),
        judged(name=name),
        judged(name=name, starts_at=at(-10)),
        waiting(judged(name=name)),
        judged(name=name, silenced_by=("s1",)),
        judged(Verdict.REAL, name=name, silenced_by=("s1", "s2")),
        judged(name=name, inhibited_by=(f"fp-{NAMES[0]}",)),
        judged(name=name, inhibited_by=("fp-gone",)),
    )
)
ONE, OTHER, LATER = silence("s1"), silence("s2", hours=1), silence("s2", hours=2)
SILENCES: tuple[tuple[Silence, ...], ...] = ((), (ONE,), (ONE, OTHER), (ONE, LATER))
MOMENT = st.tuples(
    st.lists(st.sampled_from(ALERTS), max_size=3, unique_by=lambda a: a.alert.name),
    st.sampled_from(SILENCES),
    # A gap, a clock put back, the same reading once more, and the usual.
    st.sampled_from([-30, 0, 2, 10, 10, 10, 200]),
    st.booleans(),
)


@given(st.lists(MOMENT, min_size=1, max_size=8), st.sampled_from([None, 4]))
def test_what_is_passed_over_would_have_told_nothing(
    moments: list[tuple[list[JudgedAlert], tuple[Silence, ...], int, bool]],
    told_late: int | None,
) -> None:
    watcher, known, seconds = Watcher(), Known(), 0
    watcher.begin(known)
    for number, (alerts, silences, later, is_failing) in enumerate(moments):
        seconds += later
        if number == told_late:  # the file of the runs before is read only now
            known = look(Known(), fleet([ALERTS[0]], 0), at(0))
            watcher.begin(known)
        shown = fleet(alerts, seconds, silences, is_failing=is_failing)
        known = look(known, shown, at(seconds))
        assert watcher.look(shown, at(seconds)).known == known
