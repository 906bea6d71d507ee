"""Version tags of Talos and Kubernetes, as far as minors decide."""

from __future__ import annotations

import re
from functools import lru_cache

_TAG = re.compile(r"v?(\d{1,9})\.(\d{1,9})\b")


@lru_cache(256)
def minor_of(tag: str) -> tuple[int, int] | None:
    """Major and minor of a tag such as v1.34.1; None when it is none."""
    found = _TAG.match(tag)
    return (int(found[1]), int(found[2])) if found else None


def minors_apart(one: str, other: str) -> int | None:
    """How many minors `one` is ahead of `other`; None when that cannot be counted.

    Majors that differ are too far apart for any number.
    """
    left, right = minor_of(one), minor_of(other)
    if left is None or right is None or left[0] != right[0]:
        return None
    return left[1] - right[1]
