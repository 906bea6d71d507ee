"""What somebody had a node do while the story ran."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class Verb(StrEnum):
    """The deeds that change what a node is."""

    START = "start"
    STOP = "stop"
    RESTART = "restart"
    REBOOT = "reboot"


@dataclass(frozen=True, slots=True)
class Order:
    """One deed, at an offset, to a node by name; `service` empty for a reboot."""

    at: timedelta
    verb: Verb
    node: str
    service: str = ""
