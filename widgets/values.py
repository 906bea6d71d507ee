"""What widgets accept: frozen values that say what to draw, never how.

Standard library only, so that whoever turns a model into rows needs no toolkit. Nothing
here knows a colour, a size of screen or what the words mean.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum

from msgspec import Struct


class Tone(StrEnum):
    """How loud something is. The style sheet decides what that looks like."""

    CRITICAL = "critical"
    WARNING = "warning"
    GOOD = "good"
    QUIET = "quiet"
    ACCENT = "accent"
    TEXT = "text"


class Align(StrEnum):
    """On which side of its column a text stands."""

    LEFT = "left"
    RIGHT = "right"


class Cut(StrEnum):
    """Where a text that is too long loses its letters."""

    END = "end"
    MIDDLE = "middle"


class Span(Struct, frozen=True, gc=False):
    """A piece of text in one tone."""

    text: str
    tone: Tone = Tone.TEXT
    bold: bool = False


Line = tuple[Span, ...]
"""One line of the screen."""


class Field(Struct, frozen=True, gc=False):
    """A part of a line with a width of its own: what is too long moves nothing."""

    line: Line
    width: int
    align: Align = Align.LEFT


Fields = tuple[Field, ...]
"""One line that is made of fields side by side."""


class Cell(Struct, frozen=True, gc=False):
    """One field of a row: `text`, and behind it `spans` in tones of their own."""

    text: str = ""
    tone: Tone | None = None
    """None takes the tone of the row."""
    bold: bool = False
    spans: Line = ()
    align: Align | None = None
    """None takes the side of the column."""


class Row(Struct, frozen=True, gc=False):
    """One entry of a table. `key` is unique in the table and stays with the entry."""

    key: str
    cells: tuple[Cell, ...]
    tone: Tone = Tone.TEXT
    dim: bool = False
    """Drawn faintly: stale, or of no importance."""
    details: tuple[Line, ...] = ()
    """Lines below the row that belong to it; they are not selected separately."""


class Column(Struct, frozen=True, gc=False):
    """A column of a table. Widths are cells and do not depend on the rows."""

    title: str
    width: int
    """The least width, and the only one when `weight` is 0."""
    weight: int = 0
    """Share of the room that is left over."""
    max_width: int | None = None
    align: Align = Align.LEFT
    cut: Cut = Cut.END
    drop: int = 0
    """0 always stays; in too narrow a table the highest number goes first."""
    lends: bool = False
    """In a row that leaves some of it free the column behind has that room, if its text
    is too long; and the other way round. Both of them on the left side."""
    wants: int = 0
    """Where its own text and that of the lending column before it are both too long it
    has so many cells of the two, unless that one would be under its least width."""


class Mark(Struct, frozen=True, gc=False):
    """A stretch of a line to be drawn in another tone: text[start:end]."""

    start: int
    end: int
    tone: Tone
    bold: bool = False


class LogLine(Struct, frozen=True, gc=False):
    """One line of a log, already cleaned and in order."""

    text: str
    tone: Tone = Tone.TEXT
    key: str = ""
    """What the owner knows the line by; not drawn."""
    sign: str = ""
    """A glyph before the text that is not part of it."""
    at_text: str = ""
    """The time in words, drawn before the text."""
    at_ns: int | None = None
    """The time in unix nanoseconds; the clock of the log puts it into words."""
    fields: tuple[tuple[str, str], ...] = ()
    """What else is known of it, by name; drawn below it when that is wanted."""
    gutter: str = ""
    """Where the line came from; drawn between time and text."""
    gutter_tone: Tone = Tone.QUIET
    marks: tuple[Mark, ...] = ()
    is_gap: bool = False
    """Not a line of the log but a note about lines that are missing."""


class TimeWords(Struct, frozen=True):
    """One way to tell the times of a log."""

    name: str
    """What the times are, for the title: `UTC`, `ago`."""
    words: Callable[[int], str]
    """Puts unix nanoseconds into words, all of one width."""
    is_moving: bool = False
    """The words of one time change with every second."""
    dated: Callable[[int], str] | None = None
    """The same with the day: told of all lines in view when one is not of today."""
    today_ns: Callable[[], int] = int
    """When today began; without it every day is today."""


class Series(Struct, frozen=True, gc=False):
    """A curve. `xs` rise; a y of None is a gap, and is drawn as one."""

    xs: Sequence[float]
    ys: Sequence[float | None]
    tone: Tone = Tone.ACCENT
    label: str = ""


class Bars(Struct, frozen=True, gc=False):
    """A histogram. Without counts it has only words: why there are none."""

    counts: tuple[int, ...] = ()
    """Of stretches of the same length, oldest first."""
    errors: tuple[int, ...] = ()
    """How many of them are errors; as long as the counts."""
    begin: str = ""
    end: str = ""
    words: Line = ()


class Tick(Struct, frozen=True, gc=False):
    """A place on an axis and the words beside it."""

    at: float
    label: str


class Axis(Struct, frozen=True, gc=False):
    """The range of an axis; None is taken from the data."""

    low: float | None = None
    high: float | None = None
    ticks: tuple[Tick, ...] = ()
    """Empty draws no words, and so no axis."""


class Plot(Struct, frozen=True, gc=False):
    """What a chart shows. Of curves that cross, the later one is in front."""

    series: tuple[Series, ...] = ()
    x: Axis = Axis()
    y: Axis = Axis()


class EvidenceItem(Struct, frozen=True, gc=False):
    """One piece of evidence: what it speaks for, what it says, who says so, how old."""

    glyph: str
    word: str
    """"supports", "contradicts", "could not tell"."""
    tone: Tone
    claim: str
    source: str
    age: str = ""


class FaultNote(Struct, frozen=True, gc=False):
    """Why a pane has no fresh data, in the order in which a person asks."""

    glyph: str
    what: str
    """Who failed."""
    why: str
    advice: str = ""
    retry: str = ""
    """When the next try is."""
    tone: Tone = Tone.WARNING


class Box(Struct, frozen=True, gc=False):
    """The lines of a panel."""

    top_left: str
    top_right: str
    bottom_left: str
    bottom_right: str
    horizontal: str
    vertical: str


class Glyphs(Struct, frozen=True, gc=False):
    """The characters that widgets draw by themselves, each one cell wide."""

    ellipsis: str
    cursor: str
    mark: str
    """Beside a row that the user has marked."""
    cursor_mark: str
    """Beside a marked row that the cursor is on."""
    thumb: str
    track: str
    rule: str
    """Fills a line that stands for something missing."""
    replacement: str
    """Stands for a character that must not reach the terminal."""
    levels: str
    """Bars from the lowest to the highest, each the height of a part of a cell."""
    is_braille: bool
    """Curves are drawn with dots of braille; else with ASCII characters."""
    box: Box
    box_heavy: Box
    """Drawn round the panel that has the keyboard."""


UNICODE = Glyphs(
    ellipsis="…",
    cursor="▌",
    mark="◆",
    cursor_mark="◈",
    thumb="▐",
    track=" ",
    rule="╌",
    replacement="\N{REPLACEMENT CHARACTER}",
    levels="▁▂▃▄▅▆▇█",
    is_braille=True,
    box=Box("┌", "┐", "└", "┘", "─", "│"),
    box_heavy=Box("┏", "┓", "┗", "┛", "━", "┃"),
)
ASCII = Glyphs(
    ellipsis="~",
    cursor=">",
    mark="*",
    cursor_mark="&",
    thumb="#",
    track="|",
    rule="-",
    replacement="?",
    levels="_.-:=+*#",
    is_braille=False,
    box=Box("+", "+", "+", "+", "-", "|"),
    box_heavy=Box("#", "#", "#", "#", "=", "#"),
)
