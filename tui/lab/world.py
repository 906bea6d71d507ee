"""The story as it runs: the one thing that the lab's servers look at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from msgspec.structs import replace

from tui.lab.clock import LabClock
from tui.lab.crowd_alerts import CrowdAlerts
from tui.lab.estate import Estate, LabLine, LabNode
from tui.lab.faults import FaultSet
from tui.lab.homelab import HOMELAB
from tui.lab.lines import lines
from tui.lab.machine_orders import order_lines
from tui.lab.numbered import numbered_lines
from tui.lab.order import Order, Verb
from tui.lab.plan import Plan
from tui.lab.rules import RULES, AlertRule, RaisedAlert, raised
from tui.lab.story import Story

MOMENT = timedelta(milliseconds=50)


class World:
    """The clock, the story and the faults that are on right now."""

    def __init__(self, clock: LabClock, faults: FaultSet, plan: Plan = HOMELAB) -> None:
        self.clock = clock
        self.story = Story(faults, plan)
        self.crowd = plan.crowd
        self._crowd_alerts = CrowdAlerts(plan.crowd)
        self._rules: tuple[AlertRule, ...] = (*RULES, *self._crowd_alerts.rules)
        self._reboot(faults.arguments("reboot"))
        self._drawn: tuple[tuple[Story, int], Estate] | None = None
        self._gates: list[Callable[[], Awaitable[None]]] = []
        self._made: dict[tuple[str, str, str], dict[str, Any]] = {}
        self._hidden: set[tuple[str, str, str]] = set()
        self._version = 5_000_000
        self.asked: Counter[str] = Counter()
        """How often what was asked of its HTTP servers: by server and path."""
        self.served: dict[str, str] = {}  # host:port of a target, and where it answers

    @property
    def rules(self) -> tuple[AlertRule, ...]:
        """All alerting rules of Prometheus."""
        if not self.faults.has("watchdog-rule-missing"):
            return self._rules
        return tuple(rule for rule in self._rules if rule.name != "Watchdog")

    @property
    def faults(self) -> FaultSet:
        """The faults that are on."""
        return self.story.faults

    def change_faults(self, add: Iterable[str], remove: Iterable[str]) -> None:
        """Switch faults on and off; raises FaultError and changes nothing then.

        Ports open and close with the next `settle`.
        """
        before = self.faults.arguments("reboot")
        self.story = replace(self.story, faults=self.faults.changed(add, remove))
        now = self.faults.arguments("reboot")
        self._reboot(name for name in now if name not in before)

    def objects(
        self, cluster: str, planned: Iterable[dict[str, Any]]
    ) -> list[dict[str, Any]]:
        """Those objects of a cluster that were not deleted, and those made since."""
        kept = [one for one in planned if (cluster, *_place(one)) not in self._hidden]
        made = [one for place, one in self._made.items() if place[0] == cluster]
        return sorted([*kept, *made], key=_place)

    def delete_object(self, cluster: str, namespace: str, name: str) -> None:
        """Have an object gone: what a ServiceMonitor found is no longer scraped."""
        place = (cluster, namespace, name)
        self._made.pop(place, None)
        self._hidden.add(place)
        self._tell_story()

    def create_object(self, cluster: str, item: dict[str, Any]) -> None:
        """Have an object; a ServiceMonitor of the plan is at work again."""
        place = (cluster, *_place(item))
        self._made[place] = item
        # It is served as it was made, and no longer as it was planned.
        self._hidden.add(place)
        self._tell_story()

    def _tell_story(self) -> None:
        gone = frozenset(self._hidden - self._made.keys())
        self.story = replace(self.story, deleted=gone)

    def real(self, text: str) -> str:
        """A URL or an error, with the loopback addresses of targets that answer."""
        for address, real in self.served.items():
            text = text.replace(address, real)
        return text

    def next_version(self) -> str:
        """A resourceVersion that no object has had."""
        self._version += 1
        return str(self._version)

    def act(self, verb: Verb, node: str, service: str = "") -> None:
        """Have a node do something now."""
        order = Order(self.clock.position(), verb, node, service)
        self.story = replace(self.story, orders=(*self.story.orders, order))

    def _reboot(self, nodes: Iterable[str]) -> None:
        for node in nodes:
            self.act(Verb.REBOOT, node)

    def follow(self, gate: Callable[[], Awaitable[None]]) -> None:
        """Have something called at each `settle`."""
        self._gates.append(gate)

    async def settle(self) -> None:
        """Let every port follow the faults that are on."""
        for gate in self._gates:
            await gate()

    def estate(self) -> Estate:
        """The estate as it is now, or was a moment ago: many ask at once."""
        here = self.clock.position()
        key = (self.story, here // MOMENT)
        if self._drawn is None or self._drawn[0] != key:
            self._drawn = (key, self.story.at(here))
        return self._drawn[1]

    def raised(
        self, rule: AlertRule, estate: Estate | None = None
    ) -> tuple[RaisedAlert, ...]:
        """The alerts of one rule, pending and firing; now, or in another estate."""
        estate = estate or self.estate()
        return raised(rule, estate) + self._crowd_alerts.of(rule, estate.at)

    def now(self) -> datetime:
        """The wall, UTC."""
        return self.clock.now()

    def when(self, offset: timedelta) -> datetime:
        """The instant of an offset, UTC."""
        return self.clock.when(offset)

    def lines(self, after: timedelta, address: str = "") -> tuple[LabLine, ...]:
        """Lines written after an offset until now; of one node, or of all.

        Numbered lines are a node's own: nobody ships them.
        """
        until, story = self.clock.position(), self.story
        found = list(lines(after, until, address, story.plan))
        for node in story.plan.nodes:
            if address in ("", node.address):
                told = order_lines(node, story.orders)
                found.extend(line for line in told if after < line.at <= until)
            if address == node.address:
                found.extend(self._numbered(node, after, until))
        return tuple(sorted(found, key=lambda line: (line.at, line.address, line.seq)))

    def _numbered(
        self, node: LabNode, after: timedelta, until: timedelta
    ) -> Iterator[LabLine]:
        for argument in self.faults.arguments("numbered-dmesg"):
            name, _, rate = argument.rpartition(":")
            if name == node.name:
                yield from numbered_lines(node, int(rate), after, until)


def _place(item: Mapping[str, Any]) -> tuple[str, str]:
    """Namespace and name of an object."""
    metadata = item["metadata"]
    return metadata.get("namespace", ""), metadata["name"]
