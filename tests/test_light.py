"""Dataclasses that weigh less behave as Python's own."""

from __future__ import annotations

import copy
import dataclasses
import gc
import pickle
import sys
import weakref
from collections.abc import Callable
from dataclasses import FrozenInstanceError, dataclass, field, replace
from types import SimpleNamespace
from typing import Any

import pytest

from tui import light

pytestmark = pytest.mark.skipif(
    sys.version_info[:2] != (3, 11), reason="nothing is changed in this Python"
)
PATCHED = ("_repr_fn", "_frozen_get_del_attr")


@pytest.fixture(params=["python", "light"])
def kinds(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Classes as Python makes them, and as we do."""
    make(monkeypatch, is_light=request.param == "light")
    return classes()


def make(monkeypatch: pytest.MonkeyPatch, *, is_light: bool) -> None:
    """Have dataclasses made so until the test ends."""
    for name in PATCHED:
        monkeypatch.setattr(dataclasses, name, PYTHONS[name])
    if is_light:
        assert light.save()


PYTHONS: dict[str, Callable[..., Any]] = {
    "_repr_fn": dataclasses._repr_fn,  # type: ignore[attr-defined]
    "_frozen_get_del_attr": dataclasses._frozen_get_del_attr,  # type: ignore[attr-defined]
}


def classes() -> SimpleNamespace:
    @dataclass(frozen=True, slots=True)
    class Node:
        name: str
        secret: str = field(default="x", repr=False)
        inner: object = None

    @dataclass(frozen=True)
    class Open:
        """Without slots."""

        name: str

    class Plain(Open):
        """No dataclass itself."""

    @dataclass(frozen=True, slots=True)
    class Empty:
        """Nothing in it."""

    @dataclass
    class Loose:
        """Not frozen."""

        inner: object = None

    return SimpleNamespace(Node=Node, Open=Open, Plain=Plain, Empty=Empty, Loose=Loose)


def test_a_field_that_is_not_to_be_shown_is_not_shown(kinds: Any) -> None:
    shown = repr(kinds.Node("cp", inner=[1]))
    assert shown == "classes.<locals>.Node(name='cp', inner=[1])"
    assert repr(kinds.Empty()) == "classes.<locals>.Empty()"


def test_what_holds_itself_is_shown_once(kinds: Any) -> None:
    loop = kinds.Loose()
    loop.inner = [loop]
    assert repr(loop) == "classes.<locals>.Loose(inner=[...])"


def test_one_whose_field_cannot_be_shown_can_be_shown_later(kinds: Any) -> None:
    class Sore:
        is_sore = True

        def __repr__(self) -> str:
            if self.is_sore:
                raise LookupError
            return "well"

    sore = Sore()
    held = kinds.Loose(sore)
    with pytest.raises(LookupError):
        repr(held)
    sore.is_sore = False
    assert repr(held) == "classes.<locals>.Loose(inner=well)"


@pytest.mark.parametrize("kind", ["Node", "Open", "Plain"])
def test_a_field_is_neither_assigned_nor_deleted(kinds: Any, kind: str) -> None:
    node = getattr(kinds, kind)("cp")
    with pytest.raises(FrozenInstanceError, match="cannot assign to field 'name'"):
        node.name = "wk"
    with pytest.raises(FrozenInstanceError, match="cannot delete field 'name'"):
        del node.name
    assert node.name == "cp"


def test_nothing_else_is_assigned_either(kinds: Any) -> None:
    for each in (kinds.Node("cp"), kinds.Open("cp"), kinds.Empty()):
        with pytest.raises((FrozenInstanceError, TypeError)):
            each.other = 1


def test_a_class_that_derives_from_one_may_have_more(kinds: Any) -> None:
    plain = kinds.Plain("cp")
    plain.more = 1
    assert plain.more == 1
    del plain.more
    assert not hasattr(plain, "more")


def test_equal_is_equal_and_copies_are_too(kinds: Any) -> None:
    node = kinds.Node("cp")
    assert node == kinds.Node("cp") == copy.copy(node) == copy.deepcopy(node)
    assert hash(node) == hash(kinds.Node("cp"))
    assert replace(node, name="wk") != node


def test_own_methods_are_kept(kinds: Any) -> None:
    @dataclass(frozen=True, slots=True)
    class Own:
        name: str

        def __repr__(self) -> str:
            return f"<{self.name}>"

    assert repr(Own("cp")) == "<cp>"


def test_a_base_that_has_its_own_way_to_assign_is_asked(kinds: Any) -> None:
    asked: list[str] = []

    class Asked:
        def __setattr__(self, name: str, value: object) -> None:
            asked.append(name)
            super().__setattr__(name, value)

    @dataclass(frozen=True)
    class Held(Asked):
        name: str

    class More(Held):
        """No dataclass itself."""

    more: Any = More("cp")
    more.other = 1
    assert asked == ["other"]


@dataclass(frozen=True, slots=True)
class Kept:
    """Where pickle finds it."""

    name: str


def test_one_can_be_pickled(monkeypatch: pytest.MonkeyPatch) -> None:
    make(monkeypatch, is_light=True)
    again: Any = dataclass(frozen=True, slots=True)(
        type("Kept", (), {"__annotations__": {"name": "str"}, "__module__": __name__})
    )
    monkeypatch.setattr(sys.modules[__name__], "Kept", again)
    assert pickle.loads(pickle.dumps(again("cp"))) == again("cp")


def test_the_class_as_it_was_before_it_got_slots_goes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make(monkeypatch, is_light=True)
    before = type("Made", (), {"__annotations__": {"name": "str"}})
    gone = weakref.ref(before)
    after: Any = dataclass(frozen=True, slots=True)(before)
    del before
    gc.collect()
    assert gone() is None
    assert after("cp").name == "cp"


def test_another_python_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    make(monkeypatch, is_light=False)
    monkeypatch.setattr(sys, "version_info", (3, 13, 0))
    assert not light.save()
    assert dataclasses._repr_fn is PYTHONS["_repr_fn"]  # type: ignore[attr-defined]
