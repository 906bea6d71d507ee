"""Many alerts, silences and rules, as a large estate has them."""

from __future__ import annotations

from msgspec.structs import replace

from tests.estate import make_silence
from tests.judged import NOW, make_alert
from tests.silencing.test_preview import make_rule
from tui.model.alert import JudgedAlert, Judgement, Verdict
from tui.model.labels import fingerprint
from tui.model.metric import RuleAlert, Ruler
from tui.model.silence import Matcher, Silence
from tui.silencing.reach import Reach

_JUDGEMENT = Judgement(Verdict.UNDECIDED, "")


def crowd(alerts: int, silences: int) -> Reach:
    """All of it in reach of one silence."""
    made = [_alert(number) for number in range(alerts)]
    return Reach(made, map(_silence, range(silences)), (_ruler(alerts // 4),))


def _alert(number: int) -> JudgedAlert:
    made = make_alert(f"Alert{number % 60}", f"c{number % 8}", _JUDGEMENT, NOW)
    labels = {
        **made.alert.labels,
        "namespace": f"ns{number % 40}",
        "pod": f"pod-{number}-5f7c9d8b6-x{number % 97}",
        "instance": f"10.{number // 60_000}.{number // 250 % 250}.{number % 250}:9100",
    }
    by = (f"s{number % 500}",) if number % 3 == 0 else ()
    alert = replace(
        made.alert, labels=labels, fingerprint=fingerprint(labels), silenced_by=by
    )
    return replace(made, alert=alert)


def _silence(number: int) -> Silence:
    name = Matcher("alertname", f"Alert{number % 60}")
    pod = Matcher("pod", f"pod-{number}-.*", is_regex=True)
    return replace(make_silence(), id=f"s{number}", matchers=(name, pod))


def _ruler(rules: int) -> Ruler:
    waiting = RuleAlert(
        {"alertname": "Waiting", "pod": "pod-7-x"}, {}, "pending", NOW, ""
    )
    found = tuple(
        make_rule(f"Rule{n}", (waiting,) if n % 10 == 0 else (), severity="warning")
        for n in range(rules)
    )
    return Ruler("http://prometheus", (), found, {"cluster": "c1"})
