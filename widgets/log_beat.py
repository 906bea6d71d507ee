"""When a log is painted: at once after a rest, else on a beat, however much comes."""

from __future__ import annotations

from collections.abc import Callable

from textual.timer import Timer
from textual.widget import Widget

BEAT_SECONDS = 1 / 20
FLOOD_SECONDS = 1 / 3
"""When each picture holds nothing of the one before, nobody reads them all."""


class LogBeat:
    """The beat of one log."""

    def __init__(self, widget: Widget, paint: Callable[[], bool]) -> None:
        """`paint` tells whether the picture holds nothing of the one before."""
        self._widget = widget
        self._paint = paint
        self._rest: Timer | None = None
        self.is_due = False
        """Whether something is not painted yet."""

    @property
    def is_resting(self) -> bool:
        """Whether it was painted a moment ago."""
        return self._rest is not None

    def touch(self) -> None:
        """Paint soon."""
        self.is_due = True
        if not self.is_resting:
            self.strike()

    def rest(self) -> None:
        """Paint nothing before the next beat: what is there now is not all."""
        if self._rest is None:
            self._rest = self._widget.set_timer(BEAT_SECONDS, self.strike)

    def strike(self) -> None:
        """Paint now if there is anything to paint, and rest."""
        if self._rest is not None:
            self._rest.stop()
            self._rest = None
        if self.is_due:
            seconds = FLOOD_SECONDS if self._paint() else BEAT_SECONDS
            self._rest = self._widget.set_timer(seconds, self.strike)
