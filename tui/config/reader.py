"""Reads the config file: finds it, takes it apart and checks it as a whole."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from tui.config.agreement import check
from tui.config.clusters import clusters
from tui.config.content import content
from tui.config.endpoint import Place, endpoints
from tui.config.paths import at_home
from tui.config.table import Problems, Table
from tui.config.text import seconds
from tui.config.values import Config, ConfigError, Silences
from tui.model.attention import Wishes
from tui.model.bounds import Bounds

if TYPE_CHECKING:
    from tui.model.declared import DeclaredRule

_LOG_ENTRIES = 1_000, 1_000_000
"""A log keeps no fewer and no more entries: a million take 250 MB."""
_SYNTAX = re.compile(r"(.*) \(at line (\d+), column (\d+)\)")


def find(explicit: Path | None, environ: Mapping[str, str]) -> Path:
    """Where the config is, or should be: the option, the variable, else XDG's place."""
    if explicit is not None:
        return at_home(explicit)
    if named := environ.get("TALOSCOPE_CONFIG"):
        return at_home(named)
    return _usual(environ)


def _usual(environ: Mapping[str, str]) -> Path:
    """XDG's place; a relative path in the variable is to be ignored."""
    base = Path(environ.get("XDG_CONFIG_HOME", ""))
    if not base.is_absolute():
        base = at_home("~/.config")
    return base / "taloscope" / "config.toml"


def load(path: Path, environ: Mapping[str, str] = os.environ) -> Config:
    """Read and check a config file.

    environ   holds the variables that `password_env` names
    raise     ConfigError with one line for each mistake, `FILE:LINE: KEY: what`
    """
    path = Path(os.path.abspath(path))  # noqa: PTH100 - links are kept: they name it
    is_named = path != _usual(environ)
    text = _text(path, is_named=is_named)
    problems = Problems(str(path), text)
    config = _config(Table(_document(path, text), (), problems), Place(path, environ))
    if messages := problems.messages():
        raise ConfigError("\n".join(messages))
    return config


def _text(path: Path, *, is_named: bool) -> str:
    try:
        # Editors of Windows begin a file with a mark that is none of its text.
        return content(path).decode("utf-8-sig")
    except FileNotFoundError as error:
        told = "no such file" if is_named else "there is no config yet"
        raise ConfigError(
            f"{path}: {told}: `taloscope init` writes one from your kubeconfig "
            "and talosconfig; `taloscope demo` shows what you would get"
        ) from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{path}:{line}: not UTF-8") from error
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error


def _document(path: Path, text: str) -> Mapping[str, object]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        said = str(error)
        line = str(text.count("\n") + 1)  # tomllib says "at end of document" then
        if found := _SYNTAX.fullmatch(said):
            said, line = f"{found[1]}, column {found[3]}", found[2]
        from tui.config.syntax import in_words  # noqa: PLC0415 - seldom needed

        what = in_words(said, text, int(line))
        raise ConfigError(f"{path}:{line}: {what}") from error
    except ValueError as error:
        raise ConfigError(f"{path}: a number is too long to be one") from error
    except RecursionError as error:
        raise ConfigError(f"{path}: it is nested too deeply") from error


def _silences(top: Table) -> Silences:
    table = top.table("silences")
    if table is None:
        return Silences()
    # Only who has templates waits for the grammar of matchers.
    from tui.config.silences import silences  # noqa: PLC0415

    return silences(table)


def _attention(top: Table) -> Wishes:
    table = top.table("attention")
    if table is None:
        return Wishes()
    from tui.config.attention import attention  # noqa: PLC0415 - see above

    named = top.table("clusters")
    return attention(table, tuple(named) if named else ())


def _record(top: Table) -> Bounds:
    table = top.table("record")
    if table is None:
        return Bounds()
    from tui.config.record import record  # noqa: PLC0415 - see above

    return record(table)


def _rules(top: Table, place: Place) -> tuple[DeclaredRule, ...]:
    table = top.table("rules")
    if table is None:
        return ()
    from tui.config.rules import rules  # noqa: PLC0415 - see above

    return rules(table, place)


def _contexts(top: Table) -> Mapping[str, str]:
    """Of the clusters, before they are read: a shared server may live in one."""
    named = top.table("clusters")
    return {
        name: table.text("context") for name, table in (named.tables() if named else ())
    }


def _config(top: Table, place: Place) -> Config:
    plain = Config(place.path, ())
    refresh = top.parsed("refresh", seconds)
    if refresh is None:
        refresh = plain.refresh_seconds
    timeout = top.parsed("timeout", seconds)
    if timeout is None:
        timeout = min(plain.timeout_seconds, refresh / 2)
    if refresh < 1:
        top.wrong("refresh", "must be 1s or more")
    elif timeout <= 0:
        top.wrong("timeout", "must be more than 0s")
    elif timeout >= refresh:
        top.wrong("timeout", "must be shorter than refresh")
    kubeconfig = place.file(top, "kubeconfig")
    place = replace(place, contexts=_contexts(top), kubeconfig=kubeconfig)
    shared_table = top.table("shared")
    shared = endpoints(shared_table, place) if shared_table else {}
    if shared_table:
        shared_table.finish()
    config = replace(
        plain,
        clusters=clusters(top, place, shared),
        kubeconfig=kubeconfig,
        talosconfig=place.file(top, "talosconfig"),
        refresh_seconds=refresh,
        timeout_seconds=timeout,
        log_entries=top.number("log_entries", *_LOG_ENTRIES) or plain.log_entries,
        silences=_silences(top),
        attention=_attention(top),
        record=_record(top),
        rules=_rules(top, place),
    )
    top.finish()
    check(top.problems, config, shared)
    return config
