"""Which method is called and how its answers are read: the names on the wire."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, Protocol, TypeVar

from msgspec import Struct

M_co = TypeVar("M_co", covariant=True)
R_co = TypeVar("R_co", covariant=True)


class Reply(Protocol[M_co]):
    """Every unary reply has this shape; with `node` there is exactly one message."""

    @property
    def messages(self) -> Sequence[M_co]: ...


class Method(Struct, Generic[R_co], frozen=True):
    """One method of one service.

    parse    one message of the answer; DecodeError when it is none
    subject  what it is about, for errors: a type of resource; "" for nothing
    """

    name: str
    parse: Callable[[bytes], R_co]
    service: str = "machine.MachineService"
    subject: str = ""

    @property
    def path(self) -> str:
        """As HTTP/2 has it."""
        return f"/{self.service}/{self.name}"

    @property
    def label(self) -> str:
        """As errors have it."""
        return f"{self.name} {self.subject}".rstrip()
