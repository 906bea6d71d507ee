"""What the containers of pods write, in the form in which the kubelet keeps it.

source  the CRI log format: time, stream, F for a whole line or P for a part of one
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from zlib import crc32

from tui.lab.estate import LabLine, LabNode

_PERIOD = timedelta(seconds=5)
_TEXTS = (
    'stdout F level=info msg="reconciled" objects={n} duration={n}ms',
    'stdout F level=info msg="request served" path=/api/states status=200',
    'stderr F level=warn msg="slow answer of a dependency" after={n}ms',
    'stdout P level=debug msg="a line so long that it comes in par',
    'stdout F level=debug msg="cache" hits={n} misses=12',
)


def container_lines(
    node: LabNode, container: str, after: timedelta, until: timedelta
) -> Iterator[LabLine]:
    """Lines of one container, by its id, with after < at <= until."""
    for slot in range(after // _PERIOD - 1, until // _PERIOD + 1):
        chance = crc32(f"{container}/{slot}".encode())
        at = _PERIOD * slot + timedelta(microseconds=chance % 4_900_000)
        if after < at <= until:
            text = _TEXTS[chance % len(_TEXTS)].format(n=chance % 997)
            yield LabLine(
                at, node.cluster, node.address, container, "daemon", "info", text, slot
            )
