"""How the history is written down: model values as JSON, and back.

What is not in an older row gets a deliberate answer; what a newer one adds is not read.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, assert_never

from tui.chronicle.known import Sight
from tui.model.alert import (
    Alert,
    AlertState,
    Evidence,
    JudgedAlert,
    Judgement,
    Verdict,
)
from tui.model.change import (
    Began,
    Ended,
    Inhibited,
    InhibitionEnded,
    Silenced,
    SilenceEnded,
    Turned,
    What,
    When,
)
from tui.model.silence import SilenceNote

LONGEST = 1_000
"""Characters that are kept of a text; a label may be as long as somebody likes."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_KINDS = {
    Began: "began",
    Turned: "turned",
    Silenced: "silenced",
    SilenceEnded: "silence-ended",
    Inhibited: "inhibited",
    InhibitionEnded: "inhibition-ended",
    Ended: "ended",
}


def stamp(at: datetime) -> int:
    """Microseconds since 1970, exactly."""
    return (at - _EPOCH) // _MICROSECOND


def moment(microseconds: int) -> datetime:
    """The way back."""
    return _EPOCH + microseconds * _MICROSECOND


def stamp_or_none(at: datetime | None) -> int | None:
    """The same of what may be missing."""
    return None if at is None else stamp(at)


def moment_or_none(microseconds: int | None) -> datetime | None:
    """The same of what may be missing."""
    return None if microseconds is None else moment(microseconds)


def facts(sight: Sight) -> str:
    """All that is to be remembered of an episode beside its changes."""
    alert, judgement = sight.judged.alert, sight.judged.judgement
    return _text(
        {
            "labels": dict(alert.labels),
            "annotations": {
                name: _cut(text) for name, text in alert.annotations.items()
            },
            "state": alert.state.value,
            "generator_url": alert.generator_url,
            "silenced_by": alert.silenced_by,
            "inhibited_by": alert.inhibited_by,
            "verdict": judgement.verdict.value,
            "reason": _cut(judgement.reason),
            "rule": judgement.rule,
            "evidence": [_piece(each) for each in judgement.evidence],
            "fixes": [_cut(each) for each in judgement.fixes],
            "would_change": _cut(judgement.would_change),
            "expression": _cut(judgement.expression),
            "turned": _when(sight.turned),
            "real": _when(sight.real) if sight.real else None,
            "silences": [_note(each) for each in sight.silences],
            "inhibitors": sight.inhibited_by,
        }
    )


def sight(
    endpoint: str, fingerprint: str, starts_at: datetime, cluster: str, text: str
) -> Sight:
    """What was known of an episode, from its row."""
    told: dict[str, Any] = json.loads(text)
    alert = Alert(
        fingerprint,
        told["labels"],
        told["annotations"],
        AlertState(told["state"]),
        starts_at,
        None,
        None,
        tuple(told["silenced_by"]),
        tuple(told["inhibited_by"]),
        generator_url=told["generator_url"],
    )
    judgement = Judgement(
        Verdict(told["verdict"]),
        told["reason"],
        tuple(_read_piece(each) for each in told["evidence"]),
        told["rule"],
        fixes=tuple(told["fixes"]),
        would_change=told["would_change"],
        expression=told["expression"],
    )
    return Sight(
        JudgedAlert(alert, judgement, cluster, endpoint),
        _read_when(told["turned"]),
        _read_when(told["real"]) if told["real"] else None,
        tuple(_read_note(each) for each in told["silences"]),
        tuple(told["inhibitors"]),
    )


def kind(what: What) -> str:
    """The word for what happened."""
    return _KINDS[type(what)]


def detail(what: What) -> str:
    """The rest of what happened."""
    told: object
    match what:
        case Began(verdict, reason, seen_at):
            told = [verdict.value, _cut(reason), stamp(seen_at)]
        case Turned(was, verdict, reason, claim, source):
            words = (_cut(reason), _cut(claim), _cut(source))
            told = [was.value, verdict.value, *words]
        case Silenced(silence):
            told = [_note(silence)]
        case SilenceEnded(silence, is_still):
            told = [_note(silence), is_still]
        case Inhibited(by):
            told = list(by)
        case InhibitionEnded():
            told = []
        case Ended(verdict):
            told = [verdict.value]
        case _:
            assert_never(what)
    return _text(told)


_READ: Mapping[str, Callable[[list[Any]], What]] = {
    "began": lambda told: Began(Verdict(told[0]), told[1], moment(told[2])),
    "turned": lambda told: Turned(Verdict(told[0]), Verdict(told[1]), *told[2:5]),
    "silenced": lambda told: Silenced(_read_note(told[0])),
    "silence-ended": lambda told: SilenceEnded(_read_note(told[0]), told[1]),
    "inhibited": lambda told: Inhibited(tuple(told)),
    "inhibition-ended": lambda _: InhibitionEnded(),
    "ended": lambda told: Ended(Verdict(told[0])),
}


def what(kind: str, text: str) -> What | None:
    """What happened, from its row; None for a word that we do not know."""
    read = _READ.get(kind)
    return read(json.loads(text)) if read else None


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _when(when: When) -> list[int | None]:
    return [stamp(when.at), stamp_or_none(when.after)]


def _read_when(told: list[int]) -> When:
    return When(moment(told[0]), moment_or_none(told[1]))


def _note(note: SilenceNote) -> list[object]:
    times = (note.starts_at, note.ends_at, note.changed_at)
    said = _cut(note.created_by), _cut(note.comment)
    return [note.id, *said, *(stamp_or_none(each) for each in times)]


def _read_note(told: list[Any]) -> SilenceNote:
    return SilenceNote(*told[:3], *(moment_or_none(each) for each in told[3:6]))


def _piece(piece: Evidence) -> list[object]:
    words = (piece.claim, piece.source, piece.query, piece.value)
    at = stamp_or_none(piece.observed_at)
    return [piece.supports.value, at, *(_cut(each) for each in words)]


def _read_piece(told: list[Any]) -> Evidence:
    claim, source, query, value = told[2:6]
    at = moment_or_none(told[1])
    return Evidence(claim, Verdict(told[0]), source, query, value, at)
