"""How far the clocks of others are from ours: only as far as it is proven.

An answer is dated in the midst of the time that it took, and that date may be cut to
the second, so each tells of a range. What is known is moved no further than into it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from statistics import median

from msgspec import Struct

ADVICE = "Set it right (NTP): its ages, silences and queries are off."
_OURS = "Set it right (NTP): ages, silences and queries are off."
OFF_SECONDS = 30.0
"""Less is in the grain of a refresh, and half of what triage allows two clocks."""
_UNITS = (
    # below so many seconds, seconds in one, word
    (120, 1, "s"),
    (7_200, 60, "min"),
    (172_800, 3_600, "h"),
    (None, 86_400, "days"),
)
LEAST_WITNESSES = 2
"""One that is alone against ours may as well be wrong itself."""


class OurClock(Struct, frozen=True, gc=False):
    """This machine's clock, held against most others, which agree that it is wrong."""

    behind_seconds: float
    """Negative when it is ahead."""
    witnesses: int
    """How many say so: servers, and time servers of nodes."""

    @property
    def off(self) -> str:
        """How far, in words."""
        return said(-self.behind_seconds)

    @property
    def told(self) -> str:
        """The whole of it, and what to do."""
        by = f"as {self.witnesses} other clocks agree"
        return f"This machine's clock is {self.off}, {by}. {_OURS}"


def ahead(
    known: float | None,
    shown: datetime,
    sent: datetime,
    heard: datetime,
    grain_seconds: float = 0.0,
) -> float | None:
    """How far another clock is ahead of ours, in seconds; negative is behind.

    known           what was known before; None for nothing
    shown           by the other clock, at some time between `sent` and `heard`, ours
    grain_seconds   by so much it may have been cut
    return          `known` when our clock was set meanwhile
    """
    least = (shown - heard).total_seconds()
    most = (shown - sent).total_seconds() + grain_seconds
    return known if least > most else min(max(known or 0.0, least), most)


def ours(clocks: Sequence[float]) -> OurClock | None:
    """Whether it is our clock that is off; None when it is not, or nobody can tell.

    clocks  how far each that we know is ahead of ours
    """
    if len(clocks) < LEAST_WITNESSES:
        return None
    most = median(clocks)
    agreeing = [each for each in clocks if not is_off(each - most)]
    if not is_off(most) or 2 * len(agreeing) <= len(clocks):
        return None
    return OurClock(most, len(agreeing))


def is_off(seconds: float) -> bool:
    """Whether a clock is so far from another that ages and proof are wrong."""
    return abs(seconds) >= OFF_SECONDS


def said(seconds: float, of: str = "") -> str:
    """How far from what, and to which side: `1 h ahead of ours`, `45 s behind`."""
    size = abs(seconds)
    unit, word = next(
        (unit, word) for limit, unit, word in _UNITS if limit is None or size < limit
    )
    side = f"ahead of {of}" if seconds > 0 else f"behind {of}"
    return f"{size / unit:.0f} {word} {side if of else side.split(maxsplit=1)[0]}"
