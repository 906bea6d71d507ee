"""Files that are there whole or not at all, whatever fails meanwhile. All blocks."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def beside(place: Path, data: bytes, mode: int) -> Iterator[Path]:
    """A file with this, on the disk, in the folder of `place`: to be moved there.

    mode    its permissions, of which the umask takes its share
    raise   OSError; nothing is left of what was not moved
    """
    path = place.with_name(f".{place.name}.{secrets.token_hex(4)}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    file = os.open(path, flags, mode)
    try:
        with os.fdopen(file, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        yield path
    finally:
        path.unlink(missing_ok=True)


def move_to_free(path: Path, names: Iterable[Path]) -> Path:
    """Move it to the first of these names that no other file has; it is returned.

    raise   OSError; FileExistsError when all are taken
    """
    for name in names:
        try:
            # The name is taken first, then filled: not all file systems have links.
            os.close(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        except FileExistsError:
            continue
        try:
            path.replace(name)
        except OSError:
            name.unlink(missing_ok=True)
            raise
        return name
    raise FileExistsError(17, os.strerror(17), str(path))


def sync(folder: Path) -> None:
    """The folder knows of a file once it is on the disk itself."""
    place = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(place)
    finally:
        os.close(place)
