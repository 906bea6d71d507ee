"""What a silence would hide, as rows and warnings: what is real comes first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeAlias

from tui.model.alert import JudgedAlert, Verdict
from tui.model.command import PutSilence
from tui.model.fleet import Fleet
from tui.model.silence import Silence, SilenceState
from tui.present import alerts, faults, silenced
from tui.present.glyphs import Marks
from tui.present.silence import real_names
from tui.present.units import clock, count, length, moment
from tui.silencing.preview import (
    Certainty,
    Likeness,
    PendingAlert,
    Preview,
    Relation,
    RuleHit,
    Warned,
)
from widgets.values import Cell, Line, Row, Span, Tone

COLUMNS = alerts.WIDE_COLUMNS
_NAMES = 3
_PLACES = 3
_RULE_STATES = {"firing": "others of it fire", "pending": "others of it wait"}
"""None of those that fire or wait is covered, or the rule would not be told of."""
_Item: TypeAlias = JudgedAlert | PendingAlert | RuleHit


class EffectRows:
    """One row for each alert and rule, made when it is looked at: a `RowSource`.

    Real alerts, the other ones, those silenced already; what waits; what may come.
    """

    def __init__(
        self, found: Preview, known: silenced.Known, now: datetime, marks: Marks
    ) -> None:
        others = (each for each in found.hit if each.verdict is not Verdict.REAL)
        self._items: tuple[_Item, ...] = (
            *found.real,
            *others,
            *found.pending,
            *found.rules,
        )
        self._known = known
        self._now = now
        self._marks = marks
        self._places: Mapping[str, int] | None = None

    def __len__(self) -> int:
        return len(self._items)

    def key(self, place: int) -> str:
        """The key of a row: of the alert, or of the rule."""
        item = self._items[place]
        match item:
            case JudgedAlert():
                return alerts.alert_key(item)
            case PendingAlert(rule):
                return f"pending {rule.file} {rule.group} {rule.position} {place}"
            case RuleHit(rule):
                return f"rule {rule.file} {rule.group} {rule.position}"

    def place(self, key: str) -> int | None:
        """Where the row with a key is."""
        if self._places is None:
            self._places = {self.key(n): n for n in range(len(self))}
        return self._places.get(key)

    def row(self, place: int) -> Row:
        """Make a row."""
        item = self._items[place]
        match item:
            case JudgedAlert():
                return alerts.alert_row(
                    item, self._known, self._now, self._marks, is_wide=True
                )
            case PendingAlert():
                return Row(self.key(place), self._pending(item), Tone.QUIET)
            case RuleHit():
                return Row(self.key(place), self._rule(item), Tone.QUIET)

    def _pending(self, pending: PendingAlert) -> tuple[Cell, ...]:
        """An alert that waits; where it is, and when it would fire."""
        since, now = pending.alert.active_at, self._now
        left = ""
        if since is not None:
            fires = since + timedelta(seconds=pending.rule.duration_seconds)
            left = f"fires in {length(fires - now)} unless it passes"
        certain = pending.certainty is Certainty.CERTAIN
        sure = "" if certain else "may match: not all of its labels are known"
        told = (alerts.where(pending.labels), left, sure)
        return (
            Cell(f"{self._marks.connecting} waits"),
            Cell(pending.rule.name),
            Cell(),
            Cell(alerts.short_severity(pending.labels.get("severity", ""))),
            Cell(length(now - since) if since else ""),
            Cell(", ".join(part for part in told if part)),
        )

    def _rule(self, hit: RuleHit) -> tuple[Cell, ...]:
        certain = hit.certainty is Certainty.CERTAIN
        state = _RULE_STATES.get(hit.rule.state, "calm now")
        words = "would be silenced" if certain else "may match, by its alerts' labels"
        return (
            Cell(f"{self._marks.dot} rule"),
            Cell(hit.rule.name),
            Cell(),
            Cell(alerts.short_severity(hit.rule.labels.get("severity", ""))),
            Cell(),
            Cell(f"{state}; {words}"),
        )


def blindness(fleet: Fleet, cluster: str, now: datetime, marks: Marks) -> Line:
    """Why what fires now is not known; empty when it is."""
    place = fleet.cluster(cluster) or next(iter(fleet.clusters), None)
    if place is None:
        return ()
    failed = faults.worst(place, faults.ALERT_SOURCES, now)
    if failed is not None:
        return faults.fault_line(failed, now, marks)
    if place.alerts is None:
        return (faults.unknown(place, faults.ALERT_SOURCES, now, marks),)
    return ()


def title(found: Preview, marks: Marks) -> Line:
    """How many it would silence, by verdict."""
    hit = found.hit
    verdicts = Counter(each.verdict for each in hit)
    spans = [Span(f"silences {count(len(hit), 'alert')}", Tone.ACCENT)]
    for verdict, glyph, word, tone in (
        (Verdict.REAL, marks.real, "REAL", Tone.CRITICAL),
        (Verdict.UNDECIDED, marks.unsure, "UNSURE", Tone.WARNING),
        (Verdict.FALSE_POSITIVE, marks.false, "false", Tone.QUIET),
        (Verdict.BY_DESIGN, marks.by_design, "by design", Tone.QUIET),
    ):
        if number := verdicts[verdict]:
            is_loud = tone is Tone.CRITICAL
            spans.append(Span(f"  {glyph} {number} {word}", tone, bold=is_loud))
    if found.already:
        words = f"  {marks.silenced} {len(found.already)} silenced already"
        spans.append(Span(words, Tone.QUIET))
    return tuple(spans)


def yet_to_come(found: Preview) -> Line:
    """What waits, and the rules that could match, for the edge of the pane."""
    told = []
    if found.pending:
        told.append(f"{len(found.pending)} pending")
    if found.rules:
        told.append(count(len(found.rules), "rule"))
    return (Span(", ".join(told), Tone.QUIET),) if told else ()


def warnings(found: Preview, now: datetime, marks: Marks) -> tuple[Line, ...]:
    """What is odd about it, loudest first."""
    lines = [_warning(each, found, now, marks) for each in found.warned]
    narrower = [r for r in found.relations if r.likeness is Likeness.NARROWER]
    if narrower:
        words = f"{marks.dot} makes {count(len(narrower), 'silence')} needless: "
        lines.append((Span(words + _owners(narrower), Tone.QUIET),))
    return tuple(line for line in lines if line)


def _warning(warned: Warned, found: Preview, now: datetime, marks: Marks) -> Line:
    odd = marks.degraded
    match warned:
        case Warned.HIDES_REAL:
            names = ", ".join(real_names(found.real))
            number = count(len(found.real), "REAL alert")
            words = f"{marks.real} hides {number}: {names}"
            return (Span(words, Tone.CRITICAL, bold=True),)
        case Warned.HIDES_PROOF:
            words = f"{odd} hides {_names(found.proof)}, which shows that alerts arrive"
        case Warned.MISSES:
            missed = count(len(found.missed), "alert")
            words = f"{odd} misses {missed} it was made for: {_names(found.missed)}"
        case Warned.MATCHES_NOTHING:
            words = f"{odd} matches nothing that fires or waits now"
        case Warned.BROADER:
            more = len(found.beside)
            words = f"{odd} broader than what is at hand: {more} more"
            words += f" ({_names(found.beside)})"
        case Warned.UNTRIED:
            words = f"{odd} an expression that cannot be tried here: it may match all"
        case Warned.ONLY_NEGATIVE:
            words = f"{odd} says only what an alert must not be: it hides all others"
        case Warned.EXISTS:
            return _existing(found, now, marks)
    return (Span(words, Tone.WARNING),)


def _existing(found: Preview, now: datetime, marks: Marks) -> Line:
    """That a silence like it, or a wider one, is there already."""
    for relation in found.relations:
        silence = relation.silence
        until = clock(silence.ends_at, now)
        by = silence.created_by or "nobody"
        told = f", until {until} by {by}"
        if relation.likeness is Likeness.EQUAL:
            words = f"{marks.silenced} the same one is there{told}: "
            key = Span("ctrl+o", Tone.ACCENT, bold=True)
            return (
                Span(words, Tone.WARNING),
                key,
                Span(" lets that one end then instead"),
            )
        if relation.likeness is Likeness.WIDER:
            wider = " ".join(map(str, silence.matchers))
            words = f"{marks.silenced} hidden already{told}, by the wider {wider}"
            return (Span(words, Tone.WARNING),)
    return ()


def equal(found: Preview) -> Silence | None:
    """The silence with the same matchers, if there is one."""
    for relation in found.relations:
        if relation.likeness is Likeness.EQUAL:
            return relation.silence
    return None


def _owners(relations: Sequence[Relation]) -> str:
    return ", ".join(
        f"{' '.join(map(str, each.silence.matchers))} by {each.silence.created_by}"
        for each in relations[:_NAMES]
    )


def _names(found: Sequence[JudgedAlert]) -> str:
    """Names with their number, the first few."""
    names = Counter(each.alert.name for each in found)
    told = [f"{name} {n}" if n > 1 else name for name, n in names.items()]
    more = len(told) - _NAMES
    return ", ".join([*told[:_NAMES], *([f"{more} other names"] if more > 0 else [])])


def elsewhere(alerts: Sequence[JudgedAlert], marks: Marks) -> tuple[Line, ...]:
    """That some of the marked alerts are held by another Alertmanager."""
    if not alerts:
        return ()
    words = (
        f"{marks.degraded} not for {count(len(alerts), 'marked alert')} of another "
        f"Alertmanager ({_names(alerts)}): silence them apart"
    )
    return ((Span(words, Tone.WARNING),),)


def place_words(fleet: Fleet | None, cluster: str) -> Line:
    """Which clusters the Alertmanager serves that would keep it; of many, the first."""
    names: tuple[str, ...] = (cluster,) if cluster else ()
    for manager in fleet.alertmanagers if fleet else ():
        if cluster in manager.clusters or not cluster:
            names = manager.clusters
            break
    if not names:
        return ()
    more = len(names) - _PLACES
    told = f" and {count(more, 'cluster')} more" if more > 0 else ""
    return (Span(f"for {', '.join(names[:_PLACES])}{told}", Tone.QUIET),)


def change_lines(old: Silence | None, command: PutSilence | None) -> tuple[Line, ...]:
    """What a change does to the id of the silence; nothing for a new one."""
    if old is None or command is None:
        return ()
    if old.state is SilenceState.EXPIRED:
        return ((Span(f"{old.id} has ended: a new one is made", Tone.WARNING),),)
    later: tuple[Line, ...] = ()
    if old.state is SilenceState.PENDING:
        later = (
            (Span(f"it begins {moment(old.starts_at)} UTC, and lasts from then"),),
        )
    if command.draft.matchers == old.matchers:
        return (*later, (Span(f"its id stays {old.id}", Tone.QUIET),))
    words = f"other matchers: it gets a new id, and {old.id} ends"
    return (*later, (Span(words, Tone.WARNING),))


def question(
    found: Preview, blind: Line, *, are_many: bool = False
) -> tuple[str, tuple[Line, ...]]:
    """What a person must agree to, for one silence or for several: title and lines."""
    lines: list[Line] = [blind]
    it_silences = "These silence" if are_many else "This silences"
    if found.real:
        title, names = f"{it_silences} what is REAL", real_names(found.real)
        lasts = "silences last" if are_many else "silence lasts"
        told = f"Nobody will be told of it while the {lasts}."
        lines = [(Span(name, Tone.CRITICAL, bold=True),) for name in names]
    elif found.proof:
        title = f"{it_silences} what shows that alerts arrive"
        told = "A dead man's switch that listens for it will call."
        lines = [(Span(_names(found.proof), Tone.WARNING, bold=True),)]
    else:
        title = "Silence blindly?"
        what = "these hide" if are_many else "this hides"
        told = f"It is not known what fires, and so what {what}."
    return title, (*lines, (), (Span(told),))
