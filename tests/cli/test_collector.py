"""What nobody holds any more goes, however old it was when it was let go."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
import gc, weakref
from tui.cli import dashboard

class Ring:
    def __init__(self, size):
        self.itself = self
        self.rest = [[] for _ in range(size)]

dashboard._collect_from_now_on()
old = Ring(100_000)
lost = weakref.ref(old)
while gc.get_stats()[1]["collections"] < 8:
    old.rest += [[] for _ in range(1_000)]
del old
kept = []
for _ in range(900):
    kept.append([[] for _ in range(4_000)])
print(lost() is None)
"""


def test_old_cycles_are_found_in_the_end() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["True"]
