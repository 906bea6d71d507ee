"""Reads what an operator's rule claims: each claim is one question with its answers."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from tui.config.table import Table
from tui.config.text import seconds
from tui.model import promql
from tui.model.declared import (
    OPERATORS,
    Comparison,
    ConfigMapSays,
    DaemonSetComplete,
    DeclaredClaim,
    EventSeen,
    Expectation,
    InventorySays,
    KernelLine,
    NodesRun,
    NoPods,
    PodsReady,
    QueryHolds,
    ServiceHealthy,
    TargetsUp,
    Where,
)
from tui.model.re2 import compiled

_COMPARISON = re.compile(
    rf"({'|'.join(OPERATORS)})\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:e\d+)?)"
)
_NAMED = re.compile(r"([a-z0-9.-]+)/([a-z0-9.-]+)")
_LONGEST_MINUTES = 60
_NO_OS = ("", "?", "no OS is called that", "No OS (v0.0)")
_SAYS_NOT = re.compile(r"\s*!.*|[^=]*!=.*|.*\snotin\s.*", re.DOTALL)


def claims(rule: Table) -> tuple[DeclaredClaim, ...]:
    """All claims of a rule; one that is wrong is noted and left out."""
    found = [_claim(each) for each in rule.listed("claims")]
    return tuple(each for each in found if each is not None)


def _claim(table: Table) -> DeclaredClaim | None:
    text = table.text("claim")
    kinds = [kind for kind in _KINDS if kind in table]
    if len(kinds) != 1:
        known = ", ".join(_KINDS)
        what = "asks nothing" if not kinds else f"asks {len(kinds)} things at once"
        table.problems.note(table.path, f"{what}: give it one of {known}")
        return None
    expects = _KINDS[kinds[0]](table)
    table.finish()
    return None if expects is None else DeclaredClaim(expects, text)


def _config_map(table: Table) -> Expectation | None:
    where = table.parsed("configmap", _named)
    key, one = table.text("key"), table.text("equals")
    many = table.each("in", str)
    contradicts = table.each("contradicts", str) or ()
    if "key" not in table:
        table.problems.note(table.path, "needs key")
    if ("equals" in table) is (many is not None):
        table.problems.note(table.path, "needs equals, or in with a list of values")
    if many == ():
        table.wrong("in", "is empty: no value would support it")
    values = (one,) if one else many or ()
    for value in set(values) & set(contradicts):
        table.wrong("contradicts", f"{value} is a value that supports it too")
    if where is None or not key or not values:
        return None
    return ConfigMapSays(*where, key, values, contradicts)


def _pods(table: Table) -> Expectation | None:
    namespace, selector = table.text("pods"), table.text("selector")
    is_there = table.parsed("are", _one_of("ready", "none"))
    where = table.parsed("on", _where)
    for key in ("selector", "are"):
        if key not in table:
            table.problems.note(table.path, f"needs {key}")
    if is_there == "none":
        if "on" in table:
            table.wrong("on", "is of no use with none: it means nowhere at all")
        return NoPods(namespace, selector) if namespace and selector else None
    if is_there and selector and all(map(_SAYS_NOT.fullmatch, _parts(selector))):
        table.wrong(
            "selector",
            "says only what the pods are not: a misspelt name would let in any pod",
        )
    if is_there and "on" not in table:
        table.problems.note(table.path, f"needs on: {_words(Where)}")
    if not (namespace and selector and is_there and where):
        return None
    return PodsReady(namespace, selector, where)


def _parts(selector: str) -> list[str]:
    """What a selector demands; commas stand in the values of `in (a, b)` too."""
    parts = re.split(r",(?![^(]*\))", selector)
    return [each for each in parts if each.strip()]


def _daemon_set(table: Table) -> Expectation | None:
    where = table.parsed("daemonset", _named)
    return DaemonSetComplete(*where) if where else None


def _query(table: Table) -> Expectation | None:
    expression = table.parsed("query", _promql)
    holds = table.parsed("holds", _comparison)
    contradicts = table.parsed("contradicts", _comparison)
    if "holds" not in table:
        table.problems.note(table.path, 'needs holds, such as "> 0"')
    if not expression or holds is None:
        return None
    return QueryHolds(expression, holds, contradicts)


def _targets(table: Table) -> Expectation | None:
    job = table.text("targets")
    return TargetsUp(job) if job else None


def _service(table: Table) -> Expectation | None:
    service, where = table.text("talos_service"), table.parsed("on", _where)
    if "on" not in table:
        table.problems.note(table.path, f"needs on: {_words(Where)}")
    return ServiceHealthy(service, where) if service and where else None


def _kernel_log(table: Table) -> Expectation | None:
    needle = table.text("kernel_log")
    said = table.parsed("is", _one_of("present", "absent"))
    minutes = _within(table)
    if "is" not in table:
        table.problems.note(table.path, "needs is: present or absent")
    if not (needle and said and minutes):
        return None
    return KernelLine(needle, said == "present", minutes)


def _event(table: Table) -> Expectation | None:
    reason, namespace = table.text("event"), table.text("namespace")
    minutes = _within(table)
    return EventSeen(reason, namespace, minutes) if reason and minutes else None


def _nodes_run(table: Table) -> Expectation | None:
    pattern, where = table.parsed("os_image", _regex), table.parsed("on", _where)
    if "on" not in table:
        table.problems.note(table.path, f"needs on: {_words(Where)}")
    return NodesRun(pattern, where) if pattern and where else None


def _inventory(table: Table) -> Expectation | None:
    job = table.text("inventory")
    is_expected = table.flag("expected", default=False)
    if "expected" not in table:
        table.problems.note(table.path, "needs expected: true or false")
    return InventorySays(job, is_expected) if job else None


_KINDS: Mapping[str, Callable[[Table], Expectation | None]] = {
    "configmap": _config_map,
    "pods": _pods,
    "daemonset": _daemon_set,
    "query": _query,
    "targets": _targets,
    "talos_service": _service,
    "kernel_log": _kernel_log,
    "event": _event,
    "os_image": _nodes_run,
    "inventory": _inventory,
}


def _within(table: Table) -> int:
    """Whole minutes; 0 when they are missing or wrong."""
    if "within" not in table:
        table.problems.note(table.path, 'needs within, such as "10m"')
    return table.parsed("within", _minutes) or 0


def _minutes(text: str) -> int:
    found = seconds(text)
    if found % 60 or not 60 <= found <= _LONGEST_MINUTES * 60:
        raise ValueError(f"must be whole minutes, 1m to {_LONGEST_MINUTES}m")
    return int(found // 60)


def _named(text: str) -> tuple[str, str]:
    found = _NAMED.fullmatch(text)
    if found is None:
        raise ValueError("must be NAMESPACE/NAME")
    return found[1], found[2]


def _promql(text: str) -> str:
    promql.held_to(text, ())
    return text


def _comparison(text: str) -> Comparison:
    found = _COMPARISON.fullmatch(text)
    if found is None:
        raise ValueError(
            f'must be a comparison such as "> 0"; known: {" ".join(OPERATORS)}'
        )
    return Comparison(found[1], float(found[2]))


def _regex(text: str) -> str:
    pattern = compiled(text)
    if any(pattern.matches(each) for each in _NO_OS):
        raise ValueError("matches anything at all: name the OS")
    return text


def _where(text: str) -> Where:
    try:
        return Where(text)
    except ValueError as error:
        raise ValueError(f"must be {_words(Where)}") from error


def _words(choice: type[Where]) -> str:
    return " or ".join(each.value for each in choice)


def _one_of(*words: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in words:
            raise ValueError(f"must be {' or '.join(words)}")
        return text

    return read
