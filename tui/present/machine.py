"""A machine's numbers in few letters, and how loud each of them is.

None is not known and has no letters here: whoever draws says why it is not known.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

from tui.present.units import length
from widgets.values import Cell, Tone

if TYPE_CHECKING:
    from tui.model.machine import Certificate
    from tui.model.reading import Reading
    from tui.present.glyphs import Marks

T = TypeVar("T")

_SIZES = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")
_STEP = 1024
_WHOLE_FROM = 10
"""From here on a size has no decimal: `1.2 GiB`, `12 GiB`."""

# From these on a share is loud: (warning, critical).
BUSY = (0.85, 0.97)
FULL = (0.85, 0.95)
OFFSET_SECONDS = (0.1, 1.0)
CERTIFICATE = (timedelta(days=30), timedelta(days=7))


def percent(ratio: float) -> str:
    """A ratio between 0 and 1: `63%`."""
    return f"{ratio * 100:.0f}%"


def size(number: float) -> str:
    """Bytes in their largest unit: `812 B`, `1.2 GiB`."""
    value, power = float(number), 0
    while abs(value) >= _STEP and power < len(_SIZES) - 1:
        value /= _STEP
        power += 1
    decimals = 1 if power and abs(value) < _WHOLE_FROM else 0
    return f"{value:.{decimals}f} {_SIZES[power]}"


def rate(bytes_per_second: float) -> str:
    """Bytes a second: `1.2 MiB/s`."""
    return f"{size(bytes_per_second)}/s"


def offset(seconds: float) -> str:
    """A clock against its time server, with a sign: `+12ms`, `-3.4s`, `+2m`."""
    sign = "-" if seconds < 0 else "+"
    amount = abs(seconds)
    if amount < 1:
        return f"{sign}{amount * 1000:.0f}ms"
    if amount < _WHOLE_FROM:
        return f"{sign}{amount:.1f}s"
    return sign + length(timedelta(seconds=amount))


def loudness(value: float, limits: tuple[float, float]) -> Tone | None:
    """The tone of a value that is bad when high; None while it is not."""
    warning, critical = limits
    if value >= critical:
        return Tone.CRITICAL
    return Tone.WARNING if value >= warning else None


def missing(reading: Reading[T], marks: Marks) -> Cell:
    """What stands for a value that was not told: not yet, or not at all."""
    is_waiting = reading.attempts == 0 and reading.observed_at is None
    return Cell(marks.connecting if is_waiting else marks.unknown, Tone.QUIET)


def aged(cell: Cell, reading: Reading[T], marks: Marks) -> Cell:
    """A value that could not be read again carries the mark of the stale."""
    if reading.fault is None:
        return cell
    return Cell(f"{marks.stale}{cell.text}", Tone.QUIET)


def expiry(certificates: Iterable[Certificate], now: datetime) -> Cell:
    """How long the certificate lasts that ends first; empty when none is known."""
    ends = min((each.expires_at for each in certificates), default=None)
    if ends is None:
        return Cell()
    left = ends - now
    if left <= timedelta(0):
        return Cell("expired", Tone.CRITICAL, bold=True)
    warning, critical = CERTIFICATE
    tone = (
        Tone.CRITICAL if left < critical else Tone.WARNING if left < warning else None
    )
    return Cell(length(left), tone)
