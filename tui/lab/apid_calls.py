"""What a call to the lab's apid is: the node that is asked, when, and by whom."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

import grpc
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from msgspec import Struct

from tui.lab.clock import LabClock
from tui.lab.estate import Estate, LabCluster, LabLine, LabNode, LabPod
from tui.lab.order import Verb


class ApidWorld(Protocol):
    """What apid needs to know of the lab; `tui.lab.world.World` is one."""

    @property
    def clock(self) -> LabClock:
        """The lab's clock; followers wait on its `tick`."""

    def estate(self) -> Estate:
        """The estate as it is now."""

    def lines(self, after: timedelta, address: str = "") -> tuple[LabLine, ...]:
        """Lines written after an offset until now, by one node."""


@runtime_checkable
class TakesOrders(Protocol):
    """A world that changes when its nodes are told to do something."""

    def act(self, verb: Verb, node: str, service: str = "") -> None:
        """Have a node, by name, do something now."""


class ApidError(Exception):
    """A call that ends with a status other than OK."""

    def __init__(self, code: grpc.StatusCode, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


Act = Callable[[Verb, str, str], None]


def no_act(verb: Verb, node: str, service: str) -> None:
    """Lets an order pass without any effect."""
    del verb, node, service


class Call(Struct, frozen=True):
    """One call to one node.

    at     where the story stands when the call is answered
    act    gives an order to the node
    """

    world: ApidWorld
    node: LabNode
    body: bytes
    roles: tuple[str, ...]
    at: timedelta
    act: Act = no_act

    @property
    def clock(self) -> LabClock:
        """The lab's clock."""
        return self.world.clock

    @property
    def cluster(self) -> LabCluster:
        """The cluster of the node, as it is now."""
        return self.world.estate().cluster(self.node.cluster)

    @property
    def pods(self) -> tuple[LabPod, ...]:
        """The pods that run on the node."""
        return pods_on(self.node, self.cluster)


def pods_on(node: LabNode, cluster: LabCluster) -> tuple[LabPod, ...]:
    """The pods of a cluster that run on one node."""
    return tuple(pod for pod in cluster.pods if pod.node == node.name)


class UnaryCall(Struct, frozen=True):
    """How one method is answered.

    message  what one node answers
    reply    what holds the answers of all nodes asked
    answer   makes one node's answer; its field `metadata` stays empty
    since    the first Talos that has it
    """

    message: type[Message]
    reply: type[Message]
    answer: Callable[[Call], Message]
    since: tuple[int, int] = (0, 0)


class StreamCall(Struct, frozen=True):
    """How one method with a stream of answers is answered.

    message  one item of the stream
    is_tail  whether it goes on until somebody ends it, when so asked
    """

    message: type[Message]
    answer: Callable[[Call], AsyncGenerator[Message, None]]
    since: tuple[int, int] = (0, 0)
    is_tail: bool = True


def stamp(at: datetime) -> Timestamp:
    """An instant as protobuf writes it."""
    found = Timestamp()
    found.FromDatetime(at)
    return found
