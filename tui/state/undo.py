"""What was deleted and can be put back: one file an object, YAML, nobody else's.

The first line is a comment that says where it was; the rest can be given to kubectl.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from itertools import chain, count
from pathlib import Path

from msgspec import Struct

from tui.model.manifest import Kept, Manifest
from tui.state.place import PRIVATE_FILE, folder, make_private
from tui.state.whole import beside, move_to_free, sync

_MARK = "# taloscope kept this: "
_SUFFIX = ".yaml"
_UNFIT = re.compile(r"[^a-z0-9.-]+")


class KeepError(Exception):
    """It cannot be kept, or not be read again; the text says why."""


class UndoFolder(Struct, frozen=True):
    """The folder of kept objects. Every method blocks."""

    path: Path

    def keep(self, manifest: Manifest, at: datetime) -> Kept:
        """Write an object down, whole or not at all, and on the disk.

        raise   KeepError; then nothing was written
        """
        name = _UNFIT.sub("-", manifest.name.casefold())[:80]
        base = f"{at:%Y%m%dT%H%M%SZ}-{name}"
        told = {
            "cluster": manifest.cluster,
            "namespace": manifest.namespace,
            "name": manifest.name,
            "at": at.isoformat(timespec="seconds"),
        }
        text = f"{_MARK}{json.dumps(told)}\n{manifest.text}"
        try:
            make_private(self.path.parent)
            make_private(self.path)
            path = self._written(base, text)
        except OSError as error:
            raise KeepError(_words(self.path, error)) from error
        return _kept(path, told, manifest.text)

    def listed(self) -> tuple[tuple[Kept, ...], tuple[str, ...]]:
        """(what is kept, newest first; what is wrong with files that cannot be read).

        raise   KeepError when the folder itself cannot be read
        """
        found: list[Kept] = []
        wrong: list[str] = []
        try:
            paths = sorted(self.path.glob(f"*{_SUFFIX}"), reverse=True)
        except OSError as error:
            raise KeepError(_words(self.path, error)) from error
        for path in paths:
            try:
                found.append(_read(path))
            except KeepError as error:
                wrong.append(str(error))
        return tuple(found), tuple(wrong)

    def forget(self, kept: Kept) -> None:
        """Remove what has been put back, or was not deleted after all.

        raise   KeepError
        """
        try:
            Path(kept.path).unlink(missing_ok=True)
        except OSError as error:
            raise KeepError(_words(Path(kept.path), error)) from error

    def _written(self, base: str, text: str) -> Path:
        """Never a half of it, never over another one."""
        ends = chain([""], (f"-{number}" for number in count(2)))
        names = (self.path / f"{base}{end}{_SUFFIX}" for end in ends)
        with beside(self.path / base, text.encode(), PRIVATE_FILE) as new:
            path = move_to_free(new, names)
        sync(self.path)
        return path


def undo_folder(environ: Mapping[str, str]) -> UndoFolder:
    """The folder in XDG's place."""
    return UndoFolder(folder(environ) / "undo")


def _read(path: Path) -> Kept:
    try:
        head, _, text = path.read_text(encoding="utf-8").partition("\n")
        told = json.loads(head.removeprefix(_MARK))
        if not head.startswith(_MARK) or not isinstance(told, dict):
            raise KeepError(f"{path}: taloscope did not write this")
        return _kept(path, told, text)
    except OSError as error:
        raise KeepError(_words(path, error)) from error
    except (ValueError, KeyError, TypeError) as error:
        raise KeepError(f"{path}: it is damaged") from error


def _kept(path: Path, told: Mapping[str, str], text: str) -> Kept:
    return Kept(
        id=path.name.removesuffix(_SUFFIX),
        at=datetime.fromisoformat(told["at"]),
        cluster=told["cluster"],
        namespace=told["namespace"],
        name=told["name"],
        path=str(path),
        text=text,
    )


def _words(path: Path, error: OSError) -> str:
    return f"{path}: {error.strerror or error}"
