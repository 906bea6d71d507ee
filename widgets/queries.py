"""How many answers of `query_one` are kept.

Textual keeps a thousand for each widget that is asked. They are found by a number that
changes whenever anything below comes, goes or is hidden: on a dashboard that runs for
days all but the newest can never be found again, and what was removed stays with them.
"""

from __future__ import annotations

from textual.cache import LRUCache
from textual.dom import DOMNode

KEPT = 32
"""More than are asked of one widget while nothing below it changes."""


def keep_few_queries(node: DOMNode) -> None:
    """Keep no more answers of this widget than can be found again."""
    node._query_one_cache = LRUCache(KEPT)  # noqa: SLF001 - nothing public sets it
