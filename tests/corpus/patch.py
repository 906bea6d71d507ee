"""Changes what an API server tells: objects set, dropped, added; times put in place."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import Any

Object = dict[str, Any]

_STEP = re.compile(r"([^.\[\]]+)(?:\[([^\]]*)\])?")
_TIME = re.compile(r"now(?:([+-])(\d+)([smhd]))?")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def patched(
    kind: str, items: list[Object], state: Mapping[str, Any], now: datetime
) -> list[Object]:
    """The objects of one kind as a case has them.

    state   `drop`, a list of names; `set`, paths and values by name; `add`, copies of
            what is `like` a name, `times` over with {n} in texts. A name is
            Kind/name or Kind/namespace/name, with *; a time is now-5m
    """
    names = [*state.get("set", {}), *state.get("drop", ())]
    names += [each["like"] for each in state.get("add", ())]
    if not any(name.startswith(f"{kind}/") for name in names):
        return items
    found = [copy.deepcopy(item) for item in items]
    for addition in state.get("add", ()):
        found += _added(kind, items, addition, now)
    for name, changes in state.get("set", {}).items():
        for item in found:
            if _is(kind, item, name):
                _change(item, changes, now)
    dropped = state.get("drop", ())
    return [
        item for item in found if not any(_is(kind, item, name) for name in dropped)
    ]


def _added(
    kind: str, items: list[Object], addition: Mapping[str, Any], now: datetime
) -> list[Object]:
    models = [item for item in items if _is(kind, item, addition["like"])]
    found = []
    for number in range(addition.get("times", 1) if models else 0):
        item = copy.deepcopy(models[0])
        _change(item, _numbered(addition.get("set", {}), number), now)
        found.append(item)
    return found


def _numbered(value: Any, number: int) -> Any:
    if isinstance(value, str):
        return value.replace("{n}", str(number))
    if isinstance(value, dict):
        return {key: _numbered(each, number) for key, each in value.items()}
    return value


def _is(kind: str, item: Object, name: str) -> bool:
    metadata = item["metadata"]
    inside = f"{metadata['namespace']}/" if "namespace" in metadata else ""
    return fnmatchcase(f"{kind}/{inside}{metadata['name']}", name)


def _change(item: Object, changes: Mapping[str, Any], now: datetime) -> None:
    for path, value in changes.items():
        target: Any = item
        *steps, last = _STEP.findall(path)
        for step in steps:
            target = _below(target, step)
        name, chosen = last
        if chosen:
            _below(target, last)  # it must be there
            raise ValueError(f"{path}: name a key of the element")
        if value is None:
            target.pop(name, None)
        else:
            target[name] = moved(value, now)


def _below(target: Any, step: tuple[str, str]) -> Any:
    """A map's value; of a list the element of that type, or of that number."""
    name, chosen = step
    found = target.setdefault(name, {})
    if not chosen:
        return found
    if chosen.isdigit():
        return found[int(chosen)]
    return next(each for each in found if each.get("type") == chosen)


def moved(value: Any, now: datetime) -> Any:
    """A value with its times in place."""
    if isinstance(value, dict):
        return {key: moved(each, now) for key, each in value.items()}
    if isinstance(value, list):
        return [moved(each, now) for each in value]
    if isinstance(value, str) and _TIME.fullmatch(value):
        return f"{instant(value, now):%Y-%m-%dT%H:%M:%S.%fZ}"
    return value


def instant(text: str, now: datetime) -> datetime:
    """The time that `now-5m` stands for."""
    found = _TIME.fullmatch(text)
    if found is None:
        raise ValueError(f"{text} is no time: write now-5m")
    sign, number, unit = found.groups()
    if not sign:
        return now
    apart = timedelta(**{_UNITS[unit]: int(number)})
    return now + apart if sign == "+" else now - apart
