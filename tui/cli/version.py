"""Which versions of what we use are here: the first thing to tell with a fault."""

from __future__ import annotations

import platform
import re
import sys
from importlib.metadata import PackageNotFoundError, requires, version

NAME = "taloscope"


def lines() -> list[str]:
    """Ours first, then Python, the system, and each package that we need."""
    found = [
        f"{NAME} {version(NAME)}",
        f"  python {platform.python_version()} on {platform.machine()} {sys.platform}",
    ]
    return found + [f"  {name} {_of(name)}" for name in needed()]


def needed() -> list[str]:
    """Packages that the program needs, as its own metadata name them."""
    asked = [each for each in requires(NAME) or () if "extra ==" not in each]
    names = (re.match(r"[\w.-]+", each) for each in asked)
    return sorted((name[0] for name in names if name), key=str.lower)


def _of(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "is missing: install taloscope again"
