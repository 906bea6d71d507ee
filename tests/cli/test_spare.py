"""What is not loaded, and that whoever asks for it gets it; seen from a new process."""

from __future__ import annotations

import subprocess
import sys

BEGIN = """
import sys
from tui.cli import dashboard
dashboard.prepare()
import tui.app
"""


def told(script: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", BEGIN + script],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_first_frame_is_without_widgets_that_nobody_shows() -> None:
    assert told("print('textual.widgets._tree' in sys.modules)") == "False"


def test_the_types_of_textual_are_there_for_who_asks() -> None:
    script = """
from textual.types import CallbackType, SelectType, NoSelection
import textual._types, textual.types, textual.widgets._select as select
print(CallbackType is textual._types.CallbackType, SelectType is select.SelectType,
      textual.types.NoSelection is select.NoSelection)
"""
    assert told(script) == "True True True"


def test_a_type_that_textual_has_not_is_an_error() -> None:
    script = """
try:
    from textual.types import NoSuchType
except ImportError as error:
    print(error)
"""
    assert told(script).startswith("cannot import name 'NoSuchType'")


def test_clients_are_without_what_reads_packages() -> None:
    assert told("dashboard.import_engine(); print('zipfile' in sys.modules)") == "False"


def test_versions_of_packages_are_there_for_who_asks() -> None:
    script = """
dashboard.import_engine()
import importlib.metadata, websockets
print(importlib.metadata.version("websockets") == websockets.__version__)
print(importlib.metadata is sys.modules["importlib.metadata"])
from importlib.metadata import requires
print(bool(requires("textual")))
"""
    assert told(script) == "True\nTrue\nTrue"


def test_what_is_loaded_already_stays_as_it_is() -> None:
    script = """
import importlib.metadata
before = importlib.metadata
dashboard.import_engine()
import importlib.metadata
print(importlib.metadata is before)
"""
    assert told(script) == "True"
