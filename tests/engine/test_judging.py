"""Thousands of alerts are judged again only where the verdict may be another by now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from tests.triage.cases import NOW as START
from tests.triage.cases import alert, healthy
from tui.config import ClusterConfig, Config, Endpoint
from tui.engine.judging import Judging
from tui.engine.plan import question_key, served_by
from tui.engine.view import Memo, View
from tui.model.alert import Alert, JudgedAlert, Judgement, Verdict
from tui.model.fleet import SourceKind
from tui.model.log import LogFinding
from tui.model.metric import Rule, RuleAlert
from tui.model.question import KubeQuestion
from tui.model.reading import Reading
from tui.store import State
from tui.triage.case import Case, Scene
from tui.triage.rulebook import Rulebook

PROD = ClusterConfig(
    "prod", {}, context="prod", alertmanager=Endpoint(urls=("http://a",))
)
CONFIG = Config(Path("config.toml"), (PROD,))
(AT,) = served_by(CONFIG, SourceKind.ALERTMANAGER)
PROXY = alert("KubeProxyDown")
OTHERS = tuple(alert("AppBroken", pod=f"p-{n}") for n in range(20))


class Counting(Rulebook):
    """Tells which alerts it was asked about."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[Alert] = []

    def judge_together(self, cases: Sequence[Case]) -> Judgement:
        self.asked.append(cases[0].alert)
        return super().judge_together(cases)


@dataclass
class Bench:
    """A judging and what it is shown: prod's Alertmanager and its Kubernetes."""

    alerts: tuple[Alert, ...] = (*OTHERS, PROXY)
    scene: Scene = field(default_factory=Scene)
    answers: dict[KubeQuestion, Reading[Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.judging, self.memo, self.rulebook = Judging(), Memo(), Counting()
        self.read(START)

    def read(self, at: datetime) -> None:
        """Kubernetes answers everything, in favour."""
        self.answers = {
            question: Reading(value, at, attempts=1)
            for question, value in healthy().items()
            if isinstance(question, KubeQuestion)
        }

    def judge(self, seconds: float = 0) -> tuple[JudgedAlert, ...]:
        """Look at it all so many seconds later."""
        readings = {
            question_key(PROD, question): answer
            for question, answer in self.answers.items()
        }
        readings[AT.key("alerts")] = Reading(self.alerts, START, attempts=1)
        now = START + timedelta(seconds=seconds)
        view = View(
            CONFIG, (AT,), {}, {}, State(readings), now, self.memo, self.rulebook
        )
        self.rulebook.asked.clear()
        return self.judging.alerts(view, {"prod": self.scene})["prod"]

    @property
    def judged_anew(self) -> int:
        return len(self.rulebook.asked)


def of(name: str, alerts: tuple[JudgedAlert, ...]) -> JudgedAlert:
    return next(each for each in alerts if each.alert.name == name)


def test_the_same_answers_cost_no_judgement_and_give_the_same_object() -> None:
    bench = Bench()
    first = bench.judge()
    assert bench.judged_anew == 21
    assert bench.judge(1) is first
    assert bench.judged_anew == 0


def test_only_alerts_that_changed_are_judged_anew() -> None:
    bench = Bench()
    first = bench.judge()
    newer = replace(OTHERS[3], updated_at=START)
    bench.alerts = (*(replace(each) for each in OTHERS[:3]), newer, *OTHERS[4:], PROXY)
    second = bench.judge(1)
    assert bench.rulebook.asked == [newer]
    assert sum(one is other for one in first for other in second) == 20


def test_a_new_answer_has_those_judged_anew_that_rest_on_it() -> None:
    bench = Bench()
    bench.judge()
    bench.read(START + timedelta(seconds=1))
    found = of("KubeProxyDown", bench.judge(1))
    assert bench.rulebook.asked == [PROXY]
    assert found.judgement.evidence[0].observed_at == START + timedelta(seconds=1)


def test_an_answer_that_grows_stale_ends_its_verdict_without_news() -> None:
    bench = Bench()
    assert of("KubeProxyDown", bench.judge()).verdict is Verdict.FALSE_POSITIVE
    pace = CONFIG.refresh_seconds
    assert of("KubeProxyDown", bench.judge(2 * pace)).verdict is Verdict.FALSE_POSITIVE
    found = of("KubeProxyDown", bench.judge(2 * pace + 0.1))
    assert found.verdict is Verdict.UNDECIDED
    assert bench.rulebook.asked == [PROXY]


def test_what_rests_on_an_old_answer_keeps_telling_how_old_it_is() -> None:
    bench = Bench()
    bench.judge(100)
    assert "100 s ago" in of("KubeProxyDown", bench.judge(100.5)).judgement.reason
    assert bench.judged_anew == 0
    assert "101 s ago" in of("KubeProxyDown", bench.judge(101.2)).judgement.reason


def test_no_judgement_of_a_rule_outlives_a_refresh() -> None:
    bench = Bench()
    bench.judge()
    bench.judge(CONFIG.refresh_seconds)
    assert bench.rulebook.asked == [PROXY]


def test_a_clock_that_went_back_has_them_judged_anew() -> None:
    bench = Bench()
    bench.judge()
    bench.judge(-60)
    assert bench.judged_anew == 21


def test_rules_that_were_read_again_reach_every_alert() -> None:
    bench = Bench()
    bench.judge()
    labels = dict(OTHERS[0].labels)
    rule = Rule(
        *("f", "g", 0, "AppBroken", "broken > 0", "firing", "ok", "", 60.0, {}, {}),
        (RuleAlert(labels, {}, "firing", START, "7"),),
    )
    bench.scene = Scene(rules=(rule,), rules_at=START)
    found = [each for each in bench.judge(1) if each.alert is OTHERS[0]]
    assert found[0].judgement.evidence[0].value == "value 7"


def test_kernel_lines_are_news_only_to_alerts_that_are_made_of_them() -> None:
    made = alert("BTRFSCorruptionDetected")
    bench = Bench(alerts=(*OTHERS, made))
    bench.judge()
    line = LogFinding(
        *("prod", "w-2", "btrfs", "error", "sdb", "corruption", 1, START, START, "x")
    )
    bench.scene = Scene(kernel=(line,))
    found = of("BTRFSCorruptionDetected", bench.judge(1))
    assert bench.rulebook.asked == [made]
    assert "w-2 sdb" in found.judgement.reason


def test_an_alert_that_is_gone_is_forgotten() -> None:
    bench = Bench()
    bench.judge()
    bench.alerts = OTHERS
    assert len(bench.judge(1)) == 20
    assert bench.judged_anew == 0


MANY = tuple(alert("AppBroken", pod=f"p-{n}") for n in range(1_000))


def active(value: str, at: datetime) -> Scene:
    """Rules that were read at a moment, and say that all of MANY are true."""
    alerts = tuple(
        RuleAlert(dict(each.labels), {}, "firing", START, value) for each in MANY
    )
    rule = Rule(
        *("f", "g", 0, "AppBroken", "broken > 0", "firing", "ok", "", 60.0, {}, {}),
        alerts,
    )
    return Scene(rules=(rule,), rules_at=at)


def test_of_many_real_alerts_that_say_the_same_nothing_is_made_anew() -> None:
    bench = Bench(alerts=MANY, scene=active("7", START))
    first = bench.judge()
    bench.scene = active("7", START + timedelta(seconds=10))
    assert bench.judge(10) is first
    assert bench.judged_anew == 0


def test_the_times_of_many_follow_in_the_end() -> None:
    bench = Bench(alerts=MANY, scene=active("7", START))
    bench.judge()
    for seconds in range(10, 80, 10):
        bench.scene = active("7", START + timedelta(seconds=seconds))
        found = bench.judge(seconds)
    assert {each.judgement.evidence[0].observed_at for each in found} == {
        START + timedelta(seconds=70)
    }


def test_times_of_evidence_follow_with_those_of_the_alerts_and_not_once_more() -> None:
    bench = Bench(alerts=MANY, scene=active("7", START))
    bench.judge()
    later = START + timedelta(seconds=50)
    bench.alerts = tuple(replace(each, updated_at=later) for each in MANY)
    bench.scene = active("7", later)
    found = bench.judge(50)
    assert {each.judgement.evidence[0].observed_at for each in found} == {later}
    bench.scene = active("7", START + timedelta(seconds=100))
    assert bench.judge(100) is found
    assert bench.judged_anew == 0


def test_an_alert_of_its_own_kind_follows_as_seldom_as_those_beside_it() -> None:
    bench = Bench(alerts=(*MANY, PROXY), scene=active("7", START))
    bench.judge()
    bench.scene = active("7", START + timedelta(seconds=5))
    bench.judge(5)
    assert bench.judged_anew == 0


def test_what_many_say_reaches_them_at_once() -> None:
    bench = Bench(alerts=MANY, scene=active("7", START))
    bench.judge()
    bench.scene = active("8", START + timedelta(seconds=10))
    found = bench.judge(10)
    assert {each.judgement.evidence[0].value for each in found} == {"value 8"}
    newest = {each.judgement.evidence[0].observed_at for each in found}
    assert newest == {START + timedelta(seconds=10)}


def test_what_clears_many_alerts_always_has_the_newest_times() -> None:
    many = tuple(replace(PROXY, fingerprint=f"f-{n}") for n in range(1_000))
    bench = Bench(alerts=many)
    bench.judge()
    later = START + timedelta(seconds=5)
    bench.read(later)
    found = bench.judge(5)
    assert {each.verdict for each in found} == {Verdict.FALSE_POSITIVE}
    times = {each.observed_at for one in found for each in one.judgement.evidence}
    assert times == {later}
