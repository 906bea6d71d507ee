"""Writes an inventory as the config reader reads it: tables of TOML, ranges folded."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from tui.config.text import expanded
from tui.model import toml
from tui.model.proposal import Proposal

_ADDRESS = re.compile(r"(\d+\.\d+\.\d+)\.(\d{1,3})((?::\d+)?)")
_LONGEST = 88


def folded(instances: Iterable[str]) -> tuple[str, ...]:
    """The fewest texts that stand for these instances, in order; see `expanded`."""
    hosts: dict[tuple[str, str], list[int]] = {}
    found: list[str] = []
    for instance in dict.fromkeys(instances):
        address = _ADDRESS.fullmatch(instance)
        if address is not None and str(int(address[2])) == address[2]:
            hosts.setdefault((address[1], address[3]), []).append(int(address[2]))
        else:
            found.append(instance)
    for (prefix, port), numbers in hosts.items():
        for first, last in _runs(sorted(numbers)):
            found += _range(prefix, first, last, port)
    return tuple(sorted(found, key=_in_order))


def _runs(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Stretches without a gap, by their first and last number."""
    start = 0
    for place in range(1, len(numbers) + 1):
        if place == len(numbers) or numbers[place] != numbers[place - 1] + 1:
            yield numbers[start], numbers[place - 1]
            start = place


def _range(prefix: str, first: int, last: int, port: str) -> list[str]:
    """One text where the reader makes the very same of it, else one for each."""
    each = [f"{prefix}.{number}{port}" for number in range(first, last + 1)]
    text = f"{prefix}.{first}-{last}{port}"
    if len(each) > 1 and _reads(text) == tuple(each):
        return [text]
    return each


def _reads(text: str) -> tuple[str, ...]:
    """What the reader makes of a text; nothing when it refuses it."""
    try:
        return expanded(text)
    except ValueError:
        return ()


def _in_order(text: str) -> list[tuple[int, str]]:
    """Numbers inside a text count as numbers."""
    parts = re.split(r"([0-9]+)", text)
    return [
        (int(part), "") if place % 2 else (0, part) for place, part in enumerate(parts)
    ]


def table_text(cluster: str, proposal: Proposal) -> str:
    """One table of the inventory, with what is down beside it as comments."""
    header = toml.header("clusters", cluster, "inventory", proposal.job)
    lines = [f"# {toml.comment(proposal.note)}"] if proposal.note else []
    lines.append(f"[{header}]")
    lines += _targets(proposal)
    if not proposal.expected:
        lines.append("expected = false")
    if proposal.reason:
        lines.append(f"reason = {toml.quoted(proposal.reason)}")
    return "\n".join(lines) + "\n"


def _targets(proposal: Proposal) -> list[str]:
    """The targets; those that are down stand alone, so that each may be judged."""
    if not proposal.instances:
        return []
    odd = [each for each in proposal.instances if not _can_be_written(each)]
    if odd:
        told = f"the whole job: {toml.quoted(odd[0])} cannot be written as a target"
        down = [
            f"# {toml.comment(name)}: {toml.comment(why)}"
            for name, why in proposal.trouble.items()
        ]
        return [f"# {told}", *down]
    well = folded(each for each in proposal.instances if each not in proposal.trouble)
    entries = [(toml.quoted(text), "") for text in well]
    entries += [
        (toml.quoted(name), f"  # {toml.comment(why)}")
        for name, why in proposal.trouble.items()
    ]
    line = f"targets = [{', '.join(text for text, _ in entries)}]"
    if not proposal.trouble and len(line) <= _LONGEST:
        return [line]
    return ["targets = [", *(f"  {text},{why}" for text, why in entries), "]"]


def _can_be_written(instance: str) -> bool:
    """Whether the reader takes the text for that very instance."""
    return instance.strip() == instance and _reads(instance) == (instance,)
