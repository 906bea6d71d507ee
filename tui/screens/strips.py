"""The past of the targets that are looked at: asked once, and again when it is old."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime, timedelta

from tui.model.fault import Fault
from tui.model.target import Target, TargetRow
from tui.model.target_past import Past

AskPasts = Callable[[Sequence[tuple[str, Target]]], Awaitable[tuple[Past | Fault, ...]]]
_GOOD_FOR = timedelta(minutes=1)
_KEPT = 2_000
"""Some forty screens full; then it is all asked anew."""


class Strips:
    """What is known of the past, by key of the target."""

    def __init__(self, ask: AskPasts) -> None:
        self._ask = ask
        self._asked: dict[str, datetime] = {}
        self._answered: set[str] = set()
        self.known: dict[str, Past | Fault] = {}

    def anew(self) -> Strips:
        """Those of another moment: these are shown until that one has answered."""
        other = Strips(self._ask)
        other.known = dict(self.known)
        return other

    def missing(
        self, wanted: Iterable[tuple[str, str, TargetRow]], now: datetime
    ) -> list[tuple[str, str, Target]]:
        """Those of (key, cluster, target) of which too little is known.

        They count as asked from now on.
        """
        found = [
            (key, cluster, row.target)
            for key, cluster, row in wanted
            if row.target is not None and self._is_old(key, now)
        ]
        self._asked.update((key, now) for key, _, _ in found)
        return found

    def _is_old(self, key: str, now: datetime) -> bool:
        asked = self._asked.get(key)
        return asked is None or now - asked > _GOOD_FOR

    async def fill(self, missing: Sequence[tuple[str, str, Target]]) -> None:
        """Ask about these; what is known already stays when that fails."""
        answers = await self._ask([(cluster, target) for _, cluster, target in missing])
        if len(self.known) > _KEPT:
            self.known.clear()
            self._asked.clear()
            self._answered.clear()
        for (key, _, _), answer in zip(missing, answers, strict=True):
            if isinstance(answer, Past) or key not in self._answered:
                self.known[key] = answer
                self._answered.add(key)
