"""Work of which only the latest counts: it takes the place of what was begun before."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, ParamSpec

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

    Textual is given the function, not its coroutine: one that was cancelled before its
    first step would be told of on stderr, as never awaited. And it is given a name, for
    else it has all arguments written down: of 20,000 targets that takes 0.2 s.
    """
    begun: WorkType[None] = partial(work, *args, **kwargs)
    node.run_worker(begun, group=group, description=group, exclusive=True)
