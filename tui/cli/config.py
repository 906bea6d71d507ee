"""`taloscope config`: is the config right, and where is it?"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from tui.cli.output import USAGE, complain
from tui.config import ConfigError, find, load


def run(explicit: Path | None, action: Literal["check", "path"]) -> int:
    """`path` prints where the config is looked for; `check` reads it and says so."""
    path = find(explicit, os.environ)
    if action == "path":
        print(path)
        return 0
    try:
        config = load(path)
    except ConfigError as error:
        complain(error)
        return USAGE
    names = ", ".join(cluster.name for cluster in config.clusters)
    print(f"{path}: fine; clusters: {names}")
    return 0
