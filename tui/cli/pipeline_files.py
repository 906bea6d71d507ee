"""Writes what mends a pipeline into a folder: all of it, or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from tui.cli.output import complain
from tui.model.pipeline import Pipeline
from tui.model.pipeline_change import changes
from tui.model.shipping_change import Change

DONE, NOT_DONE = 0, 1


def write(folder: Path, pipelines: Sequence[Pipeline], *, is_forced: bool) -> int:
    """Write every change; refuse when a file is there that says something else.

    Written twice it changes nothing. Nothing is written when one file is refused.
    """
    found = [change for each in pipelines for change in changes(each)]
    if not found:
        complain(
            "no Loki is configured, or no node is known: there is nothing to write"
        )
        return NOT_DONE
    try:
        differing = [each.file for each in found if _differs(folder / each.file, each)]
        if differing and not is_forced:
            complain(
                "these say something else already; nothing was written "
                f"(--force overwrites them): {', '.join(differing)}"
            )
            return NOT_DONE
        written = [each for each in found if _write(folder / each.file, each)]
    except OSError as error:
        complain(f"{folder} cannot be written: {error}")
        return NOT_DONE
    _tell(folder, found, written)
    return DONE


def _differs(path: Path, change: Change) -> bool:
    return path.exists() and path.read_text(encoding="utf-8") != change.text


def _write(path: Path, change: Change) -> bool:
    """Whether it was not there yet, as it is now."""
    if path.exists() and not _differs(path, change):
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(change.text, encoding="utf-8")
    return True


def _tell(folder: Path, found: Iterable[Change], written: Sequence[Change]) -> None:
    """What there is now, and what a person runs to apply it."""
    print(f"# {len(written)} files written. Nothing was applied; to apply them:")
    print(f"cd {folder}")
    for each in found:
        print(each.run)
