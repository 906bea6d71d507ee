"""A memory to look at: KubeProxyDown of prod, and what else fired."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec.structs import replace

from tests.estate import make_silence
from tests.hidden import REASON
from tests.judged import NOW, ago, carrick_alert, false_proxy
from tui.model.alert import JudgedAlert, Verdict
from tui.model.change import (
    Began,
    Change,
    Ended,
    Inhibited,
    InhibitionEnded,
    Silenced,
    SilenceEnded,
    Subject,
    Turned,
    What,
    When,
    key_of,
)
from tui.model.memory import Episode, Habit, Habits
from tui.model.silence import SilenceNote

PROXY = replace(false_proxy("prod", 4, ("s1",)), endpoint="http://am")
GONE = replace(
    false_proxy("agentic", 1),
    endpoint="http://am",
    alert=replace(
        false_proxy("agentic", 1).alert, fingerprint="gone", starts_at=ago(days=3)
    ),
)
NOTE = SilenceNote(
    "s1",
    "ops",
    "False positive: Cilium",
    make_silence().starts_at,
    NOW + timedelta(hours=3),
    ago(hours=1),
)


def change(
    judged: JudgedAlert, at: datetime, what: What, after: datetime | None = None
) -> Change:
    subject = Subject(key_of(judged), judged.cluster, judged.alert.labels)
    return Change(subject, at, what, after)


FALSE, REAL = Verdict.FALSE_POSITIVE, Verdict.REAL
PROMPT = change(PROXY, ago(minutes=5), Began(REAL, REASON, ago(minutes=4.5)))
BEGAN = change(
    PROXY, PROXY.alert.starts_at, Began(FALSE, "Cilium replaces it", ago(days=9))
)
SILENCED = change(PROXY, ago(hours=1), Silenced(NOTE))
TURNED = change(
    PROXY, ago(seconds=12), Turned(FALSE, REAL, REASON, REASON, "kubernetes prod")
)
ENDED = change(GONE, ago(days=2), Ended(FALSE), ago(days=2, hours=5))
OTHERS = (
    change(PROXY, ago(minutes=30), SilenceEnded(NOTE, is_still_silenced=True)),
    change(PROXY, ago(minutes=20), Inhibited(("NodeDown", "etcdDown"))),
    change(PROXY, ago(minutes=10), InhibitionEnded()),
)
CHANGES = (TURNED, SILENCED, ENDED, BEGAN)
EPISODE = Episode(PROXY, (BEGAN, SILENCED, TURNED), NOW)
OLD_EPISODE = Episode(
    GONE, (ENDED,), ago(days=2, hours=5), When(ago(days=2), ago(days=2, hours=5))
)


def habit(name: str, false_hours: float, **others: float) -> Habit:
    days = (None,) * 20 + (0.0, 0.5, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0)
    return Habit(
        name,
        "prod",
        3,
        firing_seconds=3600 * (false_hours + others.get("real_hours", 0)),
        false_seconds=3600 * false_hours,
        real_seconds=3600 * others.get("real_hours", 0),
        undecided_seconds=0,
        silenced_seconds=3600 * others.get("silenced_hours", 0),
        false_times=2 if false_hours else 0,
        last_at=NOW,
        newest=GONE if name == "Gone" else PROXY,
        days=days if false_hours else (),
    )


HABITS = Habits(
    NOW - timedelta(days=30),
    NOW,
    (
        habit("KubeProxyDown", 200, silenced_hours=30),
        habit("Gone", 2),
        replace(habit("TargetDown", 0, real_hours=7), newest=carrick_alert()),
    ),
    {"http://am": 0.638},
)
