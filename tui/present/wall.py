"""The fleet for a big display that nobody touches: a page for every second.

It depends on nothing but what is known, the time and the size. What does not fit takes
turns, but never the worst. The page moves by a few cells from minute to minute, so that
no letter burns into the display.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from msgspec import Struct

from tui.model.fleet import Fleet, Standing
from tui.present import standing, wall_silences, wall_tiles, wall_troubles
from tui.present.big import face_for, spelled
from tui.present.glyphs import Marks
from tui.present.incident import Incident, Trouble, incident, troubles
from tui.present.sources import is_in_trouble, server_count, users
from tui.present.units import age, clock, count
from widgets.values import Align, Field, Fields, Line, Span, Tone

_WAYS = (0, 1, 2, 3, 2, 1)
"""Cells by which the page has moved to the right, minute by minute."""
_LARGE = 100
_BLANK: Fields = ()


class Page(Struct, frozen=True, gc=False):
    """What the display shows: a band at the top that says how it is, and the rest."""

    band: tuple[Fields, ...]
    tone: Tone
    body: tuple[Fields, ...]


def page(
    fleet: Fleet | None, now: datetime, size: tuple[int, int], marks: Marks
) -> Page:
    """The page of this moment; `size` in cells."""
    width, height = size
    margin = _margin(width, now)
    inner = max(1, width - margin - 2)
    found = troubles(fleet) if fleet else ()
    going = incident(found)
    head, clock, tone = _headline(fleet, going, found, now)
    lines = _lines(fleet, going, found, now, marks) if fleet else ()
    band = _band((head, clock, tone), lines, (inner, height))
    room = height - len(band)
    body = _body(fleet, found, now, (inner, room), marks) if fleet else ()
    return Page(_moved(band, margin), tone, _moved(body, margin))


def _margin(width: int, now: datetime) -> int:
    """Cells left free at the left."""
    way = _WAYS[int(now.timestamp()) // 60 % len(_WAYS)]
    return 1 + (way if width >= _LARGE else way % 2)


def _moved(page_: Sequence[Fields], margin: int) -> tuple[Fields, ...]:
    edge = Field((), margin)
    return tuple((edge, *fields) if fields else () for fields in page_)


def _headline(
    fleet: Fleet | None,
    going: Incident | None,
    found: Sequence[Trouble],
    now: datetime,
) -> tuple[str, str, Tone]:
    """How it is in a word or two, the clock beside it, and how loud that is."""
    time = f"{now.astimezone(UTC):%H:%M}"
    if going is not None:
        clock = _lasting(now - going.since) if going.since else time
        return f"{len(going.troubles)} REAL", clock, Tone.CRITICAL
    if fleet is not None and standing.is_unreachable(fleet, now):
        return "NO CONTACT", time, Tone.CRITICAL
    if fleet is None or standing.is_connecting(fleet, now):
        return "CONNECTING", time, Tone.QUIET
    silenced = sum(each.is_real for each in found)
    blind = any(standing.unseen(each, now) for each in fleet.clusters)
    waits = Standing.CONNECTING in {each.standing(now) for each in fleet.clusters}
    for applies, words, tone in (
        (blind, "NOT FULLY SEEN", Tone.WARNING),
        (silenced, f"{silenced} SILENCED", Tone.WARNING),
        (found, f"{len(found)} UNSURE", Tone.WARNING),
        (not standing.reads_alerts(fleet), "ALERTS NOT READ", Tone.WARNING),
        (waits, "CONNECTING", Tone.QUIET),
    ):
        if applies:
            return words, time, tone
    return "ALL QUIET", time, Tone.GOOD


def _lasting(span: timedelta) -> str:
    """A stopwatch: `0:42`, `12:07`, `3:04:52`; from a day on, `2D 03H`."""
    seconds = max(0, int(span.total_seconds()))
    days, rest = divmod(seconds, 86_400)
    hours, rest = divmod(rest, 3_600)
    if days:
        return f"{days}D {hours:02}H"
    minutes, rest = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _lines(
    fleet: Fleet,
    going: Incident | None,
    found: Sequence[Trouble],
    now: datetime,
    marks: Marks,
) -> tuple[Line, ...]:
    """What stands between the word and the clock, the most telling first."""
    lines: list[Line] = []
    if clock := standing.our_clock(fleet, marks):
        lines.append(tuple(sign.span for sign in clock))
    stale = standing.old_alerts(fleet, now, marks)
    if stale:
        lines.append(tuple(sign.span for sign in stale))
    if going is not None:
        lines += _incident_lines(going, now, marks)
    else:
        unsure = sum(not each.is_real for each in found)
        if unsure:
            lines.append((Span(f"{unsure} cannot be judged", Tone.WARNING, bold=True),))
    quiet = sum(each.is_real and each.is_quiet for each in found)
    tally = standing.fleet_tally(fleet)
    calm = f"{tally.false} false, {tally.silenced} silenced"
    words = f"{calm}, {quiet} of these real" if quiet else calm
    lines.append((Span(words, Tone.WARNING if quiet else Tone.QUIET),))
    return tuple(lines)


def _incident_lines(going: Incident, now: datetime, marks: Marks) -> list[Line]:
    hidden = [each for each in going.troubles if each.is_hidden]
    lines: list[Line] = []
    if hidden:
        names = ", ".join(f"{each.name} {each.cluster}".strip() for each in hidden)
        words = f"{marks.real} {len(hidden)} REAL, HIDDEN: {names}"
        lines.append((Span(words, Tone.CRITICAL, bold=True),))
    places = dict.fromkeys(each.cluster for each in going.troubles)
    told = ", ".join(
        f"{place or 'no cluster'} {sum(t.cluster == place for t in going.troubles)}"
        for place in places
    )
    lines.append((Span(f"in {told}", bold=True),))
    if going.since is not None:
        first = next(t for t in going.troubles if t.since == going.since)
        at = clock(going.since, now)
        lines.append((Span(f"first {first.name} at {at} UTC"),))
    if going.standing:
        words = f"{going.standing} of them real for a day or longer before"
        lines.append((Span(words, Tone.QUIET),))
    return lines


def _band(
    head: tuple[str, str, Tone], lines: Sequence[Line], size: tuple[int, int]
) -> tuple[Fields, ...]:
    """Word, lines and clock side by side, in letters as large as there is room for."""
    word, clock, tone = head
    width, height = size
    face = face_for((f"{word}  {clock}",), width * 3 // 5, max(3, height // 8))
    if face is None or height < 20:
        top = (
            Field((Span(word, tone, bold=True),), len(word) + 3),
            Field(lines[0] if lines else (), max(0, width - len(word) - 14)),
            Field((Span(clock, tone, bold=True),), 11, Align.RIGHT),
        )
        return (top,)
    space = _BLANK if height >= 30 else None
    left, right = face.width(word), face.width(clock)
    between = max(0, width - left - right - 6)
    rows: list[Fields] = []
    words, times = spelled(word, face), spelled(clock, face)
    for y in range(face.rows):
        line = lines[y] if y < len(lines) else ()
        rows.append(
            (
                Field((Span(words[y], tone, bold=True),), left + 3),
                Field(line, between),
                Field((), 3),
                Field((Span(times[y], tone, bold=True),), right),
            )
        )
    return (space, *rows, space) if space is not None else tuple(rows)


def _body(
    fleet: Fleet,
    found: Sequence[Trouble],
    now: datetime,
    size: tuple[int, int],
    marks: Marks,
) -> tuple[Fields, ...]:
    """Clusters, what is wrong, who silenced what, and how the servers are."""
    width, height = size
    foot = _foot(fleet, now, width, marks)
    gap = 2 if height >= 44 else 1 if height >= 26 else 0
    # In the order of the config; the worst first only when not all of them fit.
    tiles = wall_tiles.tiles(fleet, now, (width, height), marks)
    silences = wall_silences.rows(fleet, now, width, marks)[: max(1, height // 6)]
    kept = len(foot) + gap + (len(silences) + gap if silences else 0)
    room = height - kept - tiles.least - gap
    listed = wall_troubles.rows(found, fleet, now, (width, room), marks)
    spare = max(0, room - len(listed) - (gap if listed else 0))
    rows: list[Fields] = [_BLANK] * gap
    rows += tiles.rows(spare)
    for part in (listed, silences):
        if part:
            rows += [_BLANK] * gap
            rows += part
    rows = rows[: max(0, height - len(foot))]
    rows += [_BLANK] * (height - len(foot) - len(rows))
    return (*rows, *foot)


def _foot(fleet: Fleet, now: datetime, width: int, marks: Marks) -> tuple[Fields, ...]:
    """The time, to the second: a clock that stands still says that all of it does."""
    known = users(fleet)
    seen = [each.observed_at for each in known if each.observed_at]
    servers = count(server_count(known), "source")
    bad = server_count(each for each in known if is_in_trouble(each, now))
    if not seen:
        words = Span("nothing has answered yet", Tone.QUIET)
    elif bad:
        told = f"{bad} of {servers} not live"
        oldest = f"{told}, the oldest answer {age(min(seen), now)} old"
        words = Span(f"{marks.stale} {oldest}", Tone.WARNING)
    else:
        told = f"{servers} live"
        words = Span(f"{told}, the oldest answer {age(min(seen), now)} old", Tone.QUIET)
    time = Span(f"{now.astimezone(UTC):%a %d %b  %H:%M:%S} UTC", Tone.QUIET)
    return ((Field((words,), width - 27), Field((time,), 26, Align.RIGHT)),)
