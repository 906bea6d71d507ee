"""The checks of the review in words: docs/review.md, written from the checks."""

from __future__ import annotations

from collections.abc import Iterable

from tui.triage.review import CHECKS
from tui.triage.review_rule import CheckRule

_HEAD = """\
# How a cluster is reviewed

Written by `python -m tui.triage review` from the checks; a test keeps it in step.

Each check passes, fails, or cannot tell. It rests on pieces of evidence, each with who
said it, what was asked, the answer and its time.

| what the evidence says | the check |
| --- | --- |
| one piece is refuted, by an answer of whatever age | fails |
| none is refuted, one could not be told | cannot tell, naming the source that failed |
| every piece is proven by fresh answers | passes |

- **Absence of proof never passes a check.** No answer, a refused one, or one older than
  two refreshes proves nothing. What holds for every node is only proven while
  Kubernetes tells which nodes there are.
- What a role may not read makes a check unable to tell; it is no failure.
- Nodes are asked once a minute for what changes slowly, Kubernetes once a minute for
  storage, network and version; the rest comes at the pace of the dashboard.
"""


def document() -> str:
    """The whole page, Markdown."""
    return "\n".join([_HEAD, *map(_section, CHECKS)])


def _section(rule: CheckRule) -> str:
    parts = [
        f"## {rule.title}\n",
        f"Check `{rule.id}`. It passes when {rule.passes}.\n",
        f"What is asked\n{_bullets([f'`{each}`' for each in rule.asks])}",
        f"What to do: {rule.advice}\n",
    ]
    if rule.blind_spots:
        parts.append(f"Blind spots\n{_bullets(rule.blind_spots)}")
    return "\n".join(parts)


def _bullets(lines: Iterable[str]) -> str:
    return "\n" + "".join(f"- {line}\n" for line in lines)
