"""The words of the silence form: durations, matchers, and what a silence would hide."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tui.model.alert import JudgedAlert, Verdict
from tui.model.fleet import Fleet, SourceKind
from tui.model.silence import Matcher, SilenceDraft
from tui.present.glyphs import Marks
from tui.present.units import count, exact_length, plain
from widgets.values import Line, Span, Tone

PRESETS = ("1h", "4h", "12h", "1d", "1w", "8760h")
USUAL = "4h"
_ALIASES = {"8760h": "8760h = 1y"}
_INDENT = " " * 10
"""Where the fields of the form begin."""

_UNITS = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
    "y": timedelta(days=365),
}
_LONGEST = timedelta(days=100 * 365)
_PART = re.compile(r"(\d{1,9})([smhdwy])")
_WHOLE = re.compile(r"(?:\d{1,9}[smhdwy])+")
_BARE = re.compile(r'[^\s=!~"]+')
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_MATCHER = re.compile(
    rf"\s*(?:{_QUOTED.pattern}|({_BARE.pattern}))\s*(=~|!~|!=|=)\s*(.*?)\s*", re.DOTALL
)
_OPERATORS = {
    (True, False): "=",
    (True, True): "=~",
    (False, False): "!=",
    (False, True): "!~",
}
_ESCAPE = re.compile(r"\\u\{([0-9a-f]{1,6})\}|\\(.)", re.DOTALL)
# Labels that change although the trouble is the same, or say nothing about it.
_NOISY = {
    *("severity", "prometheus", "receiver", "endpoint", "container", "uid", "pod"),
    *("pod_template_hash", "controller_revision_hash", "prometheus_replica"),
}


class WordingError(ValueError):
    """What was typed cannot be used; the text says why, for the person who typed it."""


def parse_end(text: str, now: datetime) -> datetime:
    """When a silence ends, from `4h`, `1d12h`, `8760h`, `1w` or an end time in UTC.

    raise   WordingError
    """
    wanted = text.strip()
    if not wanted:
        raise WordingError("say how long: 4h, 1d12h, or an end time")
    end = now + _span(wanted) if _WHOLE.fullmatch(wanted) else _end_time(wanted)
    if end <= now:
        raise WordingError("that is already over")
    return end


def _span(text: str) -> timedelta:
    parts = _PART.findall(text)
    units = [unit for _, unit in parts]
    if len(set(units)) != len(units):
        raise WordingError(f"{text} names a unit twice")
    seconds = sum(int(n) * _UNITS[unit].total_seconds() for n, unit in parts)
    if seconds > _LONGEST.total_seconds():
        raise WordingError("that is more than 100 years")
    return timedelta(seconds=seconds)


def _end_time(text: str) -> datetime:
    try:
        end = datetime.fromisoformat(text)
    except ValueError:
        words = f"{text} is neither a duration (4h, 1d12h, 1w) nor a time"
        raise WordingError(f"{words} (2026-11-21 08:00)") from None
    return end.astimezone(UTC) if end.tzinfo else end.replace(tzinfo=UTC)


def parse_matcher(text: str) -> Matcher:
    """A matcher as one writes it: `name="value"`, quotes may be left out.

    raise   WordingError
    """
    found = _MATCHER.fullmatch(text)
    if found is None:
        typed = text.strip() or "empty"
        raise WordingError(f'{typed}: write name="value", or =~ != !~')
    quoted_name, bare_name, operator, value = found.groups()
    name = bare_name or _unquoted(quoted_name)
    if _QUOTED.fullmatch(value):
        value = _unquoted(value[1:-1])
    matcher = Matcher(name, value, "~" in operator, not operator.startswith("!"))
    if matcher.is_regex:
        try:
            re.compile(value)
        except re.error as error:
            raise WordingError(f"{name}: no regular expression: {error}") from None
    return matcher


def written(matcher: Matcher) -> str:
    """A matcher as `parse_matcher` reads it, with nothing in it that cannot be seen."""
    operator = _OPERATORS[matcher.is_equal, matcher.is_regex]
    name = matcher.name
    if not (name.isprintable() and _BARE.fullmatch(name)):
        name = _quoted(name)
    return f"{name}{operator}{_quoted(matcher.value)}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(map(_visible, escaped)) + '"'


def _visible(character: str) -> str:
    if character.isprintable():
        return character
    return f"\\u{{{ord(character):x}}}"


def _unquoted(text: str) -> str:
    return _ESCAPE.sub(lambda m: chr(int(m[1], 16)) if m[1] else m[2], text)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A matcher taken from the alert, and whether it is on to begin with."""

    matcher: Matcher
    is_on: bool


def suggest(alert: JudgedAlert) -> tuple[Suggestion, ...]:
    """A matcher for each label: what names the trouble is on, noise is off."""
    labels = alert.alert.labels
    names = sorted(labels, key=lambda name: (name != "alertname", name in _NOISY, name))
    return tuple(
        Suggestion(Matcher(name, labels[name]), name not in _NOISY) for name in names
    )


def comment_for(alert: JudgedAlert) -> str:
    """What to write where we know why it is safe; empty where a person must say."""
    if alert.verdict is not Verdict.FALSE_POSITIVE:
        return ""
    return plain(f"False positive: {alert.judgement.reason}")


def in_reach(fleet: Fleet, cluster: str) -> tuple[JudgedAlert, ...]:
    """Every alert that the Alertmanager of a cluster knows: it may serve several."""
    mine = _alertmanagers(fleet, cluster)
    sharing = [
        each
        for each in fleet.clusters
        if not cluster
        or each.name == cluster
        or _alertmanagers(fleet, each.name) & mine
    ]
    alerts = [alert for each in sharing for alert in each.alerts or ()]
    return (*alerts, *fleet.unassigned_alerts)


def _alertmanagers(fleet: Fleet, cluster: str) -> set[str]:
    found = fleet.cluster(cluster)
    sources = found.sources if found else ()
    return {s.key.endpoint for s in sources if s.key.kind is SourceKind.ALERTMANAGER}


def covered(
    alerts: Iterable[JudgedAlert], matchers: Sequence[Matcher]
) -> tuple[JudgedAlert, ...]:
    """The alerts that all matchers pass, worst verdict first; none without matchers."""
    if not matchers:
        return ()
    order = list(Verdict)
    hit = [
        alert
        for alert in alerts
        if all(matcher.matches(alert.alert.labels) for matcher in matchers)
    ]
    return tuple(sorted(hit, key=lambda alert: order.index(alert.verdict)))


def end_line(end: datetime, now: datetime, typed: str) -> Line:
    """When it ends; how long that is unless it was typed as a duration."""
    line = (Span(f"{_INDENT}until {clock(end, now)} UTC"),)
    if _WHOLE.fullmatch(typed.strip()):
        return line
    return (*line, Span(f"  in {exact_length(end - now)}", Tone.QUIET))


def clock(at: datetime, now: datetime) -> str:
    """The time of day; with the date when that is another one than today's."""
    at, now = at.astimezone(UTC), now.astimezone(UTC)
    return f"{at:%H:%M}" if at.date() == now.date() else f"{at:%Y-%m-%d %H:%M}"


def created(draft: SilenceDraft, now: datetime) -> str:
    """What was silenced, until when."""
    return f"{subject(draft.matchers)} silenced until {clock(draft.ends_at, now)} UTC."


def subject(matchers: Sequence[Matcher]) -> str:
    """What a silence is about: the alert's name, else its first matcher."""
    for matcher in matchers:
        if matcher.name == "alertname" and matcher.is_equal:
            return plain(matcher.value)
    return plain(str(matchers[0])) if matchers else "Nothing"


def effect(
    hit: Sequence[JudgedAlert], origin: JudgedAlert, marks: Marks
) -> tuple[Line, ...]:
    """What the silence would hide: real ones first, then what is odd about it."""
    if not hit:
        words = f"{marks.degraded} matches nothing that fires now"
        return ((Span(words, Tone.WARNING),),)
    lines: list[Line] = [(Span(f"silences {count(len(hit), 'alert')}"),)]
    real = real_names(hit)
    if real:
        words = (
            f"{marks.real} hides {count(len(real), 'REAL alert')}: {', '.join(real)}"
        )
        lines.insert(0, (Span(words, Tone.CRITICAL, bold=True),))
    others = sum(alert.alert.fingerprint != origin.alert.fingerprint for alert in hit)
    if others:
        words = f"{marks.degraded} broader than this alert: {others} more"
        lines.append((Span(words, Tone.WARNING),))
    if others == len(hit):
        words = f"{marks.degraded} does not cover the alert it was made for"
        lines.append((Span(words, Tone.WARNING),))
    return tuple(lines)


def real_names(hit: Iterable[JudgedAlert]) -> tuple[str, ...]:
    """The real alerts among these, named, with their cluster."""
    return tuple(
        f"{alert.alert.name} in {alert.cluster or 'no cluster'}"
        for alert in hit
        if alert.verdict is Verdict.REAL
    )


def preset_line(chosen: str) -> Line:
    """The usual durations, the chosen one marked."""
    spans = [Span(_INDENT[1:])]
    for preset in PRESETS:
        is_chosen = preset == chosen.strip()
        words = _ALIASES.get(preset, preset)
        shown = f"[{words}]" if is_chosen else f" {words} "
        tone = Tone.ACCENT if is_chosen else Tone.QUIET
        spans.append(Span(shown, tone, bold=is_chosen))
    return tuple(spans)
