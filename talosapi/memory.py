"""Files that are on no disk, for a library that takes nothing but a path."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager


@contextmanager
def memory_file(content: bytes) -> Iterator[str]:
    """A path under which OpenSSL finds these bytes, for as long as the block lasts."""
    descriptor = os.memfd_create("talosapi", os.MFD_CLOEXEC)
    with closing(os.fdopen(descriptor, "wb")) as file:
        file.write(content)
        file.flush()
        yield f"/proc/self/fd/{descriptor}"
