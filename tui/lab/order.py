"""What somebody had a node do while the story ran."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from msgspec import Struct


class Verb(StrEnum):
    """The deeds that change what a node is."""

    START = "start"
    STOP = "stop"
    RESTART = "restart"
    REBOOT = "reboot"


class Order(Struct, frozen=True):
    """One deed, at an offset, to a node by name; `service` empty for a reboot."""

    at: timedelta
    verb: Verb
    node: str
    service: str = ""
