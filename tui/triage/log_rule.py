"""Whether a rule of Loki's ruler sees a log entry.

A rule is tried as Loki tries it: the selector on the labels of the stream, then each
line filter on the line as it came, JSON and all.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from tui.model.log import Entry, LogFinding
from tui.model.metric import Rule
from tui.model.re2 import PatternError, compiled
from tui.model.silence import Matcher

_QUOTED = r'"(?:[^"\\]|\\.)*"|`[^`]*`'
_MATCHER = re.compile(rf"\s*([A-Za-z_]\w*)\s*(=~|!~|!=|=)\s*({_QUOTED})\s*,?")
_FILTER = re.compile(rf"\s*(\|=|\|~|!=|!~)\s*((?:{_QUOTED})(?:\s*or\s*(?:{_QUOTED}))*)")
_TEXT = re.compile(_QUOTED)


def seen(query: str, entry: Entry) -> bool | None:
    """Whether a rule's query takes an entry in; None where that cannot be told.

    query   LogQL, as the ruler gives it back: a count or rate over one selector
    """
    begin = query.find("{")
    if begin < 0:
        return None
    place, is_selected = _selected(query, begin + 1, entry)
    if is_selected is None or "{" in query[place:].split("[", 1)[0]:
        return None
    try:
        while is_selected and (found := _FILTER.match(query, place)):
            is_selected = _passes(found[1], found[2], entry.line)
            place = found.end()
    except (PatternError, SyntaxError, ValueError):
        return None
    if not is_selected:
        return False
    # Any other stage may change or drop the entry.
    return True if query[place:].lstrip().startswith("[") else None


def _selected(query: str, place: int, entry: Entry) -> tuple[int, bool | None]:
    """Where the selector ends, and whether it takes in the entry's stream."""
    is_selected = True
    while found := _MATCHER.match(query, place):
        name, operator, text = found.groups()
        place = found.end()
        try:
            matcher = Matcher(
                name, _plain(text), operator.endswith("~"), operator[0] == "="
            )
            is_selected = is_selected and matcher.matches(entry.labels)
        except (PatternError, SyntaxError, ValueError):
            return place, None
    end = query.find("}", place)
    is_whole = end >= 0 and not query[place:end].strip()
    return end + 1, is_selected if is_whole else None


def _passes(operator: str, texts: str, line: str) -> bool:
    """Whether a line passes one filter; several texts are joined by `or`."""
    found = [_plain(text) for text in _TEXT.findall(texts)]
    if operator.endswith("~"):
        is_in = any(compiled(text).is_in(line) for text in found)
    else:
        is_in = any(text in line for text in found)
    return is_in is operator.startswith("|")


@lru_cache(256)
def _plain(quoted: str) -> str:
    """A text without its quotes; Go's escapes are Python's too."""
    if quoted.startswith("`"):
        return quoted[1:-1]
    return str(ast.literal_eval(quoted))


def coverage(found: LogFinding, rules: Sequence[Rule] | None) -> tuple[str, ...] | None:
    """Names of the rules that see the newest line of a finding; none is a hole.

    return  None where that cannot be told: the rules are not known, or one of those
            that do not surely see it may do so
    """
    if rules is None or found.entry is None:
        return None
    told = [(rule.name, seen(rule.query, found.entry)) for rule in rules]
    names = dict.fromkeys(name for name, is_seen in told if is_seen)
    is_unclear = any(is_seen is None for _, is_seen in told)
    return None if is_unclear and not names else tuple(names)


def hole(found: LogFinding, rules: Iterable[Rule]) -> str:
    """That no rule sees a finding, naming them; empty unless that is certain."""
    if found.seen_by is None or found.seen_by:
        return ""
    names = list(dict.fromkeys(rule.name for rule in rules))
    if not names:
        return "no alert fires: Loki has no rules"
    if len(names) == 1:
        return f"no alert fires: rule {names[0]} does not match this line"
    shown = f"{', '.join(names[:2])} nor {len(names) - 2} more"
    if len(names) == 2:
        shown = f"{names[0]} nor {names[1]}"
    return f"no alert fires: neither {shown} matches this line"
