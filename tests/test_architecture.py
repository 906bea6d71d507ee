"""The laws of the house that a machine can check: imports, sizes, handlers."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 60
GENERATED = "_pb2.py"
OF_VALUES = {"Struct", "field", "asdict", "astuple", "force_setattr", "replace"}
GIVEN = Path("tests/bench/ptybench.py")
"""A tool of its own, kept as it is."""


def sources(*folders: str) -> list[Path]:
    found = (path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return sorted(
        path
        for path in found
        if not path.name.endswith(GENERATED) and path.relative_to(ROOT) != GIVEN
    )


PRODUCT = sources("tui", "widgets", "talosapi")
ALL = [*PRODUCT, *sources("tests")]


def nodes(path: Path) -> Iterator[ast.AST]:
    return ast.walk(ast.parse(path.read_text(), str(path)))


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_the_import_contracts_hold() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_file_can_be_read_in_one_sitting() -> None:
    lengths = {name_of(path): len(path.read_text().splitlines()) for path in ALL}
    assert {name: n for name, n in lengths.items() if n > MAX_FILE_LINES} == {}


def test_a_function_does_one_thing() -> None:
    long = [
        f"{name_of(path)}: {node.name}: {lines} lines"
        for path in ALL
        for node in nodes(path)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := (node.end_lineno or 0) - node.lineno + 1) > MAX_FUNCTION_LINES
    ]
    assert long == []


def test_a_module_says_what_it_is_for() -> None:
    trees = {name_of(path): ast.parse(path.read_text()) for path in PRODUCT}
    assert [n for n, tree in trees.items() if not ast.get_docstring(tree)] == []


def is_broad(handler: ast.ExceptHandler) -> bool:
    """It catches whatever comes and does not raise it again."""
    kind = handler.type or ast.Name("Exception")
    caught = {each.id for each in ast.walk(kind) if isinstance(each, ast.Name)}
    goes_on = not any(
        isinstance(each, ast.Raise) and each.exc is None for each in handler.body
    )
    return goes_on and bool(caught & {"Exception", "BaseException"})


def is_broad_suppression(call: ast.Call) -> bool:
    """It goes on whatever came, without a handler that could say so."""
    named = {each.id for each in call.args if isinstance(each, ast.Name)}
    is_suppress = isinstance(call.func, ast.Name) and call.func.id == "suppress"
    return is_suppress and bool(named & {"Exception", "BaseException"})


def test_only_the_supervisor_catches_everything() -> None:
    broad = {
        name_of(path)
        for path in PRODUCT
        for node in nodes(path)
        if (isinstance(node, ast.ExceptHandler) and is_broad(node))
        or (isinstance(node, ast.Call) and is_broad_suppression(node))
    }
    assert broad <= {"tui/engine/supervisor.py"}


def test_no_error_is_swallowed_without_a_word() -> None:
    silent = [
        f"{name_of(path)}:{node.lineno}"
        for path in PRODUCT
        for node in nodes(path)
        if isinstance(node, ast.ExceptHandler)
        and len(node.body) == 1
        and isinstance(node.body[0], ast.Pass)
    ]
    assert silent == []


def test_nothing_is_left_to_do() -> None:
    words = ("TO" + "DO", "FIX" + "ME")
    left = [
        f"{name_of(path)}:{number}"
        for path in ALL
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if any(word in line for word in words)
    ]
    assert left == []


def test_only_sources_decode_replies() -> None:
    """msgspec makes the values too: others take no more of it than that."""
    decoding = {
        name_of(path)
        for path in PRODUCT
        for node in nodes(path)
        if (isinstance(node, ast.Import) and "msgspec" in [n.name for n in node.names])
        or (
            isinstance(node, ast.ImportFrom)
            and (node.module or "").startswith("msgspec")
            and not {each.name for each in node.names} <= OF_VALUES
        )
    }
    theirs = ("tui/sources/", "tui/tape/")  # the record is msgpack, and no reply
    assert [each for each in decoding if not each.startswith(theirs)] == []


@pytest.mark.parametrize("path", sources("tui/model", "tui/chronicle", "tui/present"))
def test_what_an_estate_has_thousands_of_is_not_looked_at_for_garbage(
    path: Path,
) -> None:
    """Decision 0028. What could be in a cycle, as a function can, must be looked at."""
    for node in nodes(path):
        if isinstance(node, ast.ClassDef) and "Struct" in map(ast.unparse, node.bases):
            said = {each.arg: ast.unparse(each.value) for each in node.keywords}
            fields = [each for each in node.body if isinstance(each, ast.AnnAssign)]
            is_data = not any("Callable" in ast.unparse(each) for each in fields)
            assert said["frozen"] == "True", node.name
            assert (said.get("gc") == "False") == is_data, node.name
