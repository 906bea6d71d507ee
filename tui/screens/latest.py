"""Work of which only the latest counts: it takes the place of what was begun before."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, ParamSpec

from textual.css.query import NoMatches
from textual.dom import DOMNode
from textual.worker import WorkType

P = ParamSpec("P")


def run_latest(
    node: DOMNode,
    group: str,
    work: Callable[P, Coroutine[Any, Any, None]],
    *args: P.args,
    **kwargs: P.kwargs,
) -> None:
    """Run it as the one worker of its group of the node.

    Textual is given a function, not its coroutine: one that was cancelled before its
    first step would be told of on stderr, as never awaited. And it is given a name, for
    else it has all arguments written down: of 20,000 targets that takes 0.2 s.

    What it works on is let go when it ends. The worker refers to itself, through the
    context of its task, and is there until the collector finds it: ten readings of
    20,000 targets would be there with it, 40 MB a minute.
    """
    held = [partial(work, *args, **kwargs)]

    async def begun() -> None:
        try:
            await held.pop()()
        except NoMatches:
            # What is taken away loses its children before its work is told to end.
            if node.app.is_running and not node._pruning:  # noqa: SLF001 - there is no public way
                raise

    once: WorkType[None] = begun
    node.run_worker(once, group=group, description=group, exclusive=True)
