"""The wheel in a virtualenv of its own, away from any checkout, and offline."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("tui", "widgets", "talosapi")
BUILD = (
    "import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])"
)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of a virtualenv that has the wheel, and what we need."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    source.mkdir()
    for name in PACKAGES:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, source / name, ignore=ignored)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    done(source, sys.executable, "-c", BUILD, str(folder))
    (wheel,) = folder.glob("*.whl")
    venv.create(folder / "venv", with_pip=False)
    python = folder / "venv" / "bin" / "python"
    pip = (sys.executable, "-m", "pip", "--python", str(python), "install", "-q")
    done(folder, *pip, "--no-deps", "--no-index", str(wheel))
    # Our needs are here already; to fetch them again would take a network.
    site = next((folder / "venv" / "lib").glob("python*")) / "site-packages"
    (site / "needs.pth").write_text(sysconfig.get_path("purelib"))
    return python.parent


def done(where: Path, *command: str) -> str:
    """What a program prints, run elsewhere and without our import path."""
    environ = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    found = subprocess.run(
        command,
        cwd=where,
        env={**environ, "HOME": str(where), "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert found.returncode == 0, found.stdout + found.stderr
    return found.stdout


def test_the_program_runs_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    program = str(installed / "taloscope")
    assert done(tmp_path, program, "--version").startswith("taloscope ")
    assert "complete -F _taloscope" in done(tmp_path, program, "completion", "bash")


def test_nothing_comes_from_a_checkout(installed: Path, tmp_path: Path) -> None:
    script = "import tui, talosapi, widgets; print(tui.__file__, talosapi.__file__)"
    told = done(tmp_path, str(installed / "python"), "-c", script)
    assert str(ROOT) not in told


def test_every_file_of_the_packages_is_in_the_wheel(installed: Path) -> None:
    site = next((installed.parent / "lib").glob("python*")) / "site-packages"
    wanted = {
        path.relative_to(ROOT)
        for name in PACKAGES
        for path in (ROOT / name).rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    assert sorted(str(path) for path in wanted if not (site / path).exists()) == []


@pytest.mark.terminal
def test_the_demo_opens_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    harness = str(ROOT / "tests" / "bench" / "ptybench.py")
    bench = (sys.executable, harness, "--quit", "q", "--timeout", "60")
    demo = (str(installed / "taloscope"), "demo", "--at", "1m", "--speed", "0")
    done(tmp_path, *bench, "--ready", "talos-cp-1", "--", *demo)
