"""How a state is written: a glyph, a word and a tone, always together.

The only place that knows which character stands for what; there is a set for terminals
that have none but ASCII.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from msgspec import Struct

from tui.model.alert import Verdict
from tui.model.fleet import SourceState
from tui.model.target import Health
from widgets import values
from widgets.values import Line, Span, Tone


class Marks(Struct, frozen=True, gc=False):
    """One set of characters, each one cell wide."""

    real: str
    unsure: str
    false: str
    by_design: str
    good: str
    up: str
    degraded: str
    absent: str
    unknown: str
    silenced: str
    stale: str
    connecting: str
    paused: str
    arrow: str
    dot: str
    more_right: str
    glyphs: values.Glyphs


UNICODE = Marks(
    real="✖",
    unsure="?",
    false="·",
    by_design="♥",
    good="✔",
    up="●",
    degraded="▲",
    absent="◌",
    unknown="○",
    silenced="⊘",
    stale="⧗",
    connecting="…",
    paused="‖",
    arrow="→",
    dot="·",
    more_right="▸",
    glyphs=values.UNICODE,
)
ASCII = Marks(
    real="X",
    unsure="?",
    false=".",
    by_design="=",
    good="+",
    up="o",
    degraded="!",
    absent="-",
    unknown="?",
    silenced="Z",
    stale="~",
    connecting=":",
    paused="#",
    arrow=">",
    dot="-",
    more_right=">",
    glyphs=values.ASCII,
)


class Sign(Struct, frozen=True, gc=False):
    """A state as it is shown."""

    glyph: str
    word: str
    tone: Tone

    @property
    def text(self) -> str:
        """Glyph and word."""
        return f"{self.glyph} {self.word}"

    @property
    def span(self) -> Span:
        """Glyph and word in their tone; what is critical is bold."""
        return Span(self.text, self.tone, bold=self.tone is Tone.CRITICAL)


def verdict_sign(verdict: Verdict, marks: Marks) -> Sign:
    """What we say of an alert. Capitals only where a person is needed."""
    return {
        Verdict.REAL: Sign(marks.real, "REAL", Tone.CRITICAL),
        Verdict.UNDECIDED: Sign(marks.unsure, "UNSURE", Tone.WARNING),
        Verdict.FALSE_POSITIVE: Sign(marks.false, "false", Tone.QUIET),
        Verdict.BY_DESIGN: Sign(marks.by_design, "by design", Tone.QUIET),
    }[verdict]


def health_sign(health: Health, marks: Marks) -> Sign:
    """What Prometheus says of a target."""
    return {
        Health.UP: Sign(marks.up, "up", Tone.GOOD),
        Health.DOWN: Sign(marks.real, "down", Tone.CRITICAL),
        Health.UNKNOWN: Sign(marks.unknown, "unknown", Tone.WARNING),
        Health.ABSENT: Sign(marks.absent, "absent", Tone.WARNING),
    }[health]


def state_sign(state: SourceState, marks: Marks) -> Sign:
    """What a feed is worth."""
    return {
        SourceState.CONNECTING: Sign(marks.connecting, "connecting", Tone.QUIET),
        SourceState.LIVE: Sign(marks.up, "live", Tone.GOOD),
        SourceState.FAILING: Sign(marks.degraded, "failing", Tone.WARNING),
        SourceState.STALE: Sign(marks.stale, "stale", Tone.WARNING),
        SourceState.DOWN: Sign(marks.real, "down", Tone.CRITICAL),
    }[state]


def counted(signs: Iterable[Sign]) -> Line:
    """How many of each, in the order in which they first come: `✖ 1 fail  ✔ 6 pass`."""
    return tuple(
        Span(f"{sign.glyph} {number} {sign.word}  ", sign.tone)
        for sign, number in Counter(signs).items()
    )
