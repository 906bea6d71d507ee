"""The operator's config: what it may say, and how it is read from TOML.

It knows nothing of servers: it gives frozen values to those who dial.
"""

from __future__ import annotations

from tui.config.reader import find, load
from tui.config.values import (
    ClusterConfig,
    Config,
    ConfigError,
    Endpoint,
    Permission,
    Secret,
    Silences,
    SilenceTemplate,
    Through,
)

__all__ = [
    "ClusterConfig",
    "Config",
    "ConfigError",
    "Endpoint",
    "Permission",
    "Secret",
    "SilenceTemplate",
    "Silences",
    "Through",
    "find",
    "load",
]
