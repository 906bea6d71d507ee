"""Spares what libraries import and a running dashboard does not read.

Some is loaded when somebody asks it for something, which none does in most runs; some
is said not to be there, which libraries are prepared for.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any


def textual() -> None:
    """Spare what Textual imports; call it before Textual is imported."""
    # For files that an app hands to a browser.
    _load_when_asked("mimetypes")
    if "textual.types" not in sys.modules:
        # Four widgets are imported only because their types have names there.
        _load_when_asked("textual.types", import_module("textual._types"))


def clients() -> None:
    """Spare what the clients of servers import."""
    # With click at hand httpx imports its own command line: 3 MB and 30 ms for nothing.
    # What stands here as None fails to import, which httpx is prepared for.
    _leave_out("httpx._main")
    # And httpcore HTTP/2, which nothing here asks for: 1 MB.
    _leave_out("h2")
    if not find_spec("sniffio"):
        # httpcore looks for it at every request, all over the path.
        _leave_out("sniffio")
    # websockets imports it to find its own version where it was not released: 0.6 MB.
    _load_when_asked("importlib.metadata")


def _leave_out(name: str) -> None:
    sys.modules.setdefault(name, None)  # type: ignore[arg-type]


def _load_when_asked(name: str, known: ModuleType | None = None) -> None:
    """Have a module loaded when the first of its names is asked for.

    known  has some of its names already
    """
    if name in sys.modules:
        return
    stand_in = ModuleType(name)

    def asked(word: str) -> Any:
        if word.startswith("__"):
            raise AttributeError(word)  # what Python itself asks while it imports
        if hasattr(known, word):
            return getattr(known, word)
        if sys.modules.get(name) is stand_in:
            del sys.modules[name]
        return getattr(import_module(name), word)

    vars(stand_in)["__getattr__"] = asked
    sys.modules[name] = stand_in
    parent, _, last = name.rpartition(".")
    if parent:
        setattr(sys.modules[parent], last, stand_in)
