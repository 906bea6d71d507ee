"""Label and field selectors, as the Kubernetes API takes them in a query."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from tui.lab.kube_objects import Object
from tui.lab.kube_resources import Resource

Labels = Mapping[str, str]

_KEY = r"[\w./-]+"
_IN = re.compile(rf"({_KEY})\s+(in|notin)\s+\(([^)]*)\)")
_COMPARE = re.compile(rf"({_KEY})\s*(==|=|!=)\s*([\w.-]*)")
_EXISTS = re.compile(rf"(!?)\s*({_KEY})")


class SelectorError(ValueError):
    """A selector that the API server refuses with 400."""


def _requirements(selector: str) -> list[str]:
    """The parts between commas that stand outside parentheses."""
    parts = re.findall(r"[^,(]+(?:\([^)]*\))?", selector)
    return [part.strip() for part in parts if part.strip()]


def _requirement(text: str) -> Callable[[Labels], bool]:
    if hit := _IN.fullmatch(text):
        name, operator, values = hit[1], hit[2], {v.strip() for v in hit[3].split(",")}
        if operator == "in":
            return lambda labels: labels.get(name) in values
        return lambda labels: labels.get(name) not in values
    if hit := _COMPARE.fullmatch(text):
        name, operator, value = hit[1], hit[2], hit[3]
        if operator == "!=":
            return lambda labels: labels.get(name) != value
        return lambda labels: labels.get(name) == value
    if hit := _EXISTS.fullmatch(text):
        absent, name = bool(hit[1]), hit[2]
        return lambda labels: (name in labels) is not absent
    raise SelectorError(f"unable to parse requirement: found '{text}'")


def by_labels(selector: str) -> Callable[[Object], bool]:
    """A test of an object's labels; raises SelectorError."""
    wanted = [_requirement(part) for part in _requirements(selector)]
    return lambda item: all(test(item["metadata"].get("labels", {})) for test in wanted)


def by_fields(selector: str, resource: Resource) -> Callable[[Object], bool]:
    """A test of an object's fields; raises SelectorError for one it may not ask."""
    wanted: list[tuple[str, str, bool]] = []
    for part in filter(None, selector.split(",")):
        hit = re.fullmatch(r"([\w.]+)\s*(==|=|!=)(.*)", part)
        if hit is None:
            raise SelectorError(f"invalid selector: '{selector}'; can't understand it")
        if hit[1] not in resource.fields:
            raise SelectorError(f"field label not supported: {hit[1]}")
        wanted.append((hit[1], hit[3], hit[2] != "!="))
    return lambda item: all(
        (_field(item, path) == value) is is_equal for path, value, is_equal in wanted
    )


def _field(item: Object, path: str) -> str:
    value: object = item
    for step in path.split("."):
        value = value.get(step, "") if isinstance(value, dict) else ""
    return str(value)
