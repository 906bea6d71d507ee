"""Paths as people write them. pathlib raises where a user, or a right, is not there."""

from __future__ import annotations

import os
from pathlib import Path


def at_home(text: str | Path) -> Path:
    """A path with `~` and `~USER` filled in; of a user nobody knows, as it stands."""
    return Path(os.path.expanduser(text))  # noqa: PTH111


def is_file(path: Path) -> bool:
    """Whether a file is there, as far as one may look."""
    return os.path.isfile(path)  # noqa: PTH113


def is_folder(path: Path) -> bool:
    """Whether a folder is there, as far as one may look."""
    return os.path.isdir(path)  # noqa: PTH112


def is_there(path: Path) -> bool:
    """Whether anything is there, as far as one may look."""
    return os.path.exists(path)  # noqa: PTH110
