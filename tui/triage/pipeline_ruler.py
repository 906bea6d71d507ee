"""The stages that all nodes of a cluster share: Loki's rules, and who hears of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from tui.model.log import Entry
from tui.model.metric import Rule
from tui.model.pipeline import Stage, StageReport, StageState
from tui.triage.log_rule import seen
from tui.triage.pipeline_case import PipelineCase, evidence

BROKEN, UNKNOWN, OK = StageState.BROKEN, StageState.UNKNOWN, StageState.OK
LATE_AFTER = 3
"""So many intervals without an evaluation are too many ..."""
LATE_LEAST = timedelta(minutes=5)
"""... but not less than this."""
ON_ITS_WAY = timedelta(minutes=2)
"""From a rule that fires to the alert in Alertmanager."""
_EXPLORE = "explore?left="
"""In the generator URL of what Loki's ruler sends."""


@dataclass(frozen=True, slots=True)
class Duty:
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
    limit = max(LATE_LEAST, LATE_AFTER * timedelta(seconds=rule.interval_seconds))
    if case.now - rule.evaluated_at > limit:
        return BROKEN, f"{rule.name} is not evaluated any more"
    return OK, f"{rule.name}: healthy, evaluated"


def alertmanager(case: PipelineCase) -> StageReport:
    """Whether what Loki's ruler raises gets to Alertmanager."""
    arrived, missing = _delivery(case)
    wiring = case.wiring
    is_told = wiring.value is not None and wiring.is_fresh(case.now)
    lines = []
    if case.alerts is not None and (arrived or missing):
        words = f"{arrived or missing} {'is' if arrived else 'is not'} in Alertmanager"
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
    elif missing:
        state, words = BROKEN, f"{missing} fires in Loki, and is not in Alertmanager"
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
    """Name of an alert of Loki that arrived, and of one that should have."""
    told = case.alerts
    if told is None or told.value is None or not told.is_fresh(case.now):
        return "", ""
    listed = {each.name for each in told.value}
    sent = [each.name for each in told.value if _EXPLORE in each.generator_url]
    fires = set()
    if case.rules.value is not None and case.rules.is_fresh(case.now):
        for rule in case.rules.value:
            since = [
                each.active_at
                for each in rule.alerts
                if each.state == "firing" and each.active_at is not None
            ]
            held = timedelta(seconds=rule.duration_seconds)
            if rule.health == "ok" and any(
                case.now - at - held > ON_ITS_WAY for at in since
            ):
                fires.add(rule.name)
    absent = sorted(fires - listed)
    if absent:
        return "", absent[0]
    arrived = sorted({*sent, *(fires & listed)})
    return (arrived[0] if arrived else ""), ""
