"""The stages that all nodes of a cluster share: Loki's rules, and who hears of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from msgspec import Struct

from tui.model.alert import Alert
from tui.model.log import Entry
from tui.model.metric import Rule
from tui.model.pipeline import Stage, StageReport, StageState
from tui.triage.expectation import AHEAD
from tui.triage.log_rule import seen
from tui.triage.pipeline_case import PipelineCase, evidence
from tui.triage.told import Told

BROKEN, UNKNOWN, OK = StageState.BROKEN, StageState.UNKNOWN, StageState.OK
LATE_AFTER = 3
"""So many intervals without an evaluation are too many ..."""
LATE_LEAST = timedelta(minutes=5)
"""... but not less than this."""
ON_ITS_WAY = timedelta(minutes=2)
"""From a rule that fires to the alert in Alertmanager."""
_EXPLORE = "explore?left="
"""In the generator URL of what Loki's ruler sends."""


class Duty(Struct, frozen=True):
    """What some rule must see: by that name, or by another that sees the line."""

    name: str
    service: str
    line: str


DUTIES = (
    Duty(
        "BTRFSCorruptionDetected",
        "kernel",
        "BTRFS error (device sdb): parent transid verify failed on logical 30408704 "
        "mirror 1 wanted 8412 found 8409",
    ),
    Duty(
        "ISCSIKernelError",
        "ext-iscsid",
        "iscsid: Kernel reported iSCSI connection 1:0 error (1020 - "
        "ISCSI_ERR_TCP_CONN_CLOSE: TCP connection closed) state (3)",
    ),
)
"""The two rules that watch for what no metric shows."""


def rules(case: PipelineCase) -> StageReport:
    """Whether what must be seen is seen, by rules that are evaluated."""
    told = case.rules
    if told.value is None or not told.is_fresh(case.now):
        words = told.blindness(case.now)
        return StageReport(
            Stage.RULES, UNKNOWN, words, (evidence(told, words, UNKNOWN),)
        )
    found = [(duty, *_duty(case, duty, told.value)) for duty in DUTIES]
    lines = tuple(evidence(told, words, state) for _, state, words in found)
    gaps = [duty.name for duty, state, _ in found if state is BROKEN]
    state = min((each[1] for each in found), key=list(StageState).index)
    bad = [words for _, each, words in found if each is state]
    words = "; ".join(bad)
    if state is OK:
        words = f"{len(told.value)} rules, evaluated, healthy"
    return StageReport(Stage.RULES, state, words, lines, "+".join(gaps))


def _duty(
    case: PipelineCase, duty: Duty, known: Iterable[Rule]
) -> tuple[StageState, str]:
    """What the rules for one duty come to; the best of them counts."""
    labels = {"level": "error", **case.labels, "talos_service": duty.service}
    entry = Entry(0, labels, duty.line)
    mine = [each for each in known if each.name == duty.name or seen(each.query, entry)]
    if not mine:
        return BROKEN, f"no rule {duty.name}, and no other that sees its lines"
    return max((_state(case, each) for each in mine), key=_goodness)


def _goodness(found: tuple[StageState, str]) -> int:
    return list(StageState).index(found[0])


def _state(case: PipelineCase, rule: Rule) -> tuple[StageState, str]:
    if rule.health == "err":
        return BROKEN, f"{rule.name} cannot be evaluated: {rule.last_error}"
    if rule.evaluated_at is None or rule.health not in {"ok", "err"}:
        return UNKNOWN, f"{rule.name} was not evaluated yet"
    if rule.evaluated_at - case.now > AHEAD:
        return UNKNOWN, f"{rule.name} was evaluated in the future: clocks disagree"
    limit = max(LATE_LEAST.total_seconds(), LATE_AFTER * rule.interval_seconds)
    if (case.now - rule.evaluated_at).total_seconds() > limit:
        return BROKEN, f"{rule.name} is not evaluated any more"
    return OK, f"{rule.name}: healthy, evaluated"


def alertmanager(case: PipelineCase) -> StageReport:
    """Whether what Loki's ruler raises gets to Alertmanager."""
    arrived, lost = _delivery(case)
    wiring = case.wiring
    is_told = wiring.value is not None and wiring.is_fresh(case.now)
    lines = []
    if case.alerts is not None and (arrived or lost):
        words = f"{arrived or lost} {'is' if arrived else 'is not'} in Alertmanager"
        state = OK if arrived else BROKEN
        lines.append(evidence(case.alerts, words, state))
    if is_told:
        url = wiring.value or ""
        words = f"ruler.alertmanager_url is {url or 'empty'}"
        lines.append(evidence(wiring, words, OK if url else BROKEN))
    else:
        words = wiring.blindness(case.now)
        lines.append(evidence(wiring, words, UNKNOWN))
    if arrived:
        state, words = OK, f"proven: {arrived} of Loki's ruler is there"
    elif lost:
        state, words = BROKEN, f"{lost} fires in Loki, and is not in Alertmanager"
    elif is_told and not wiring.value:
        state, words = BROKEN, "the ruler of Loki has no alertmanager_url"
    elif is_told:
        state, words = OK, f"set to {wiring.value}; no alert fires that would prove it"
    else:
        state = UNKNOWN
        words = f"no alert of Loki fires that would prove it; {lines[-1].claim}"
    gap = "url" if state is BROKEN else ""
    return StageReport(Stage.ALERTMANAGER, state, words, tuple(lines), gap)


def _delivery(case: PipelineCase) -> tuple[str, str]:
    """Name of an alert of Loki that arrived, and of one that should have.

    One that is missing may just have ended: only a ruler that was read after that and
    still says that it fires proves that it never came.
    """
    told = case.alerts
    if told is None or told.value is None or not told.is_fresh(case.now):
        return "", ""
    read = case.rules.reading.observed_at
    proven = [
        name
        for name, since in case.missing_since.items()
        if read is not None and read >= since
    ]
    if proven:
        return "", min(proven)
    sent = {each.name for each in told.value if _EXPLORE in each.generator_url}
    listed = {each.name for each in told.value}
    arrived = sent | (_fires(case.rules, case.now) & listed)
    return min(arrived, default=""), ""


def missing(
    before: Mapping[str, datetime],
    rules: Told[tuple[Rule, ...]],
    alerts: Told[tuple[Alert, ...]] | None,
    now: datetime,
) -> dict[str, datetime]:
    """Alerts that fire in Loki and are not in Alertmanager, with when that was seen.

    before  the same of the pass before
    """
    told = alerts.reading if alerts is not None and alerts.is_fresh(now) else None
    if told is None or told.value is None or told.observed_at is None:
        return {}
    listed = {each.name for each in told.value}
    absent = _fires(rules, now) - listed
    return {name: before.get(name, told.observed_at) for name in absent}


def _fires(rules: Told[tuple[Rule, ...]], now: datetime) -> set[str]:
    """Rules that fire for so long that Alertmanager must know of it."""
    if rules.value is None or not rules.is_fresh(now):
        return set()
    return {
        rule.name
        for rule in rules.value
        if rule.health == "ok"
        and any(
            (now - at - ON_ITS_WAY).total_seconds() > rule.duration_seconds
            for at in (x.active_at for x in rule.alerts if x.state == "firing")
            if at is not None
        )
    }
