"""Reads the table of one HTTP endpoint."""

from __future__ import annotations

import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tui.config.table import Table
from tui.config.text import base_url, service
from tui.config.values import Endpoint, Secret, Through

KINDS = ("prometheus", "alertmanager", "loki")

_SECRETS = ("password", "password_file", "password_env")


@dataclass(frozen=True, slots=True)
class Place:
    """Where the config lies, and what it may refer to."""

    path: Path
    environ: Mapping[str, str]
    contexts: Mapping[str, str] = field(default_factory=dict)
    """The kubeconfig context of each cluster that has one."""
    kubeconfig: Path | None = None

    def file(self, table: Table, key: str) -> Path | None:
        """A file named by a key; relative to the config. None when it is not there."""
        text = table.text(key)
        if not text:
            return None
        path = self.path.parent / Path(text).expanduser()
        if not path.is_file():
            table.wrong(key, f"there is no file {path}")
        return path

    def is_private(self) -> bool:
        """Whether nobody but its owner may read the config."""
        mode = self.path.stat().st_mode
        return not mode & (stat.S_IRWXG | stat.S_IRWXO)


def endpoints(table: Table, place: Place, home: str = "") -> Mapping[str, Endpoint]:
    """The endpoints that a table names, by kind.

    home   the cluster whose table it is; empty for what is shared
    """
    found = {}
    for kind in KINDS:
        below = table.table(kind)
        if below is not None:
            found[kind] = _endpoint(below, place, kind, home)
    return found


def _endpoint(table: Table, place: Place, kind: str, home: str) -> Endpoint:
    plain = Endpoint(("",))
    is_loki = kind == "loki"
    through = _through(table, place, home)
    endpoint = Endpoint(
        urls=_urls(table, through, may_be_many=kind == "alertmanager"),
        cluster=table.text("cluster"),
        through=through,
        username=table.text("username"),
        password=_password(table, place),
        bearer_token_file=place.file(table, "bearer_token_file"),
        ca_file=place.file(table, "ca_file"),
        insecure=table.flag("insecure", default=False),
        tenant=table.text("tenant"),
        selector=(table.text("selector") if is_loki else "") or plain.selector,
    )
    if endpoint.username and endpoint.bearer_token_file:
        table.wrong("bearer_token_file", "there is a username too: give one of the two")
    if endpoint.password and not endpoint.username:
        key = next(key for key in _SECRETS if key in table)
        table.wrong(key, "is of no use without a username")
    table.finish()
    return endpoint


def _through(table: Table, place: Place, home: str) -> Through | None:
    """The Service that leads there, if the table names one."""
    found = table.parsed("service", service)
    is_tls = table.flag("tls", default=False)
    context = table.text("context")
    if "service" not in table:
        for key in ("tls", "context"):
            if key in table:
                table.wrong(key, "is of no use without a service")
        return None
    for key in ("url", "urls"):
        if key in table:
            table.wrong(key, "there is a service too: give one of the two")
    cluster = table.text("cluster") or home
    context = context or place.contexts.get(cluster, "")
    if not context:
        what = (
            f"the cluster {cluster} has no context to reach it by"
            if cluster
            else "nobody says where it runs: add cluster = NAME, or context"
        )
        table.wrong("service", what)
    if found is None:
        return None
    namespace, name, port, path = found
    inner = f"{'https' if is_tls else 'http'}://{name}.{namespace}.svc"
    inner += f":{port}" if port.isdigit() else ""
    url = f"{inner}{path}"
    return Through(context, namespace, name, port, url, place.kubeconfig)


def _urls(
    table: Table, through: Through | None, *, may_be_many: bool
) -> tuple[str, ...]:
    """The URL, or those of the peers of one Alertmanager."""
    one = table.parsed("url", base_url)
    many = table.each("urls", base_url) if may_be_many else None
    if "url" in table and many is not None:
        table.wrong("urls", "there is a url too: give one of the two")
    if through is not None:
        return (f"kube://{through.context}/{through.path}:{through.port}",)
    if not ("url" in table or many or "service" in table):
        names = "url, urls or service" if may_be_many else "url or service"
        table.problems.note(table.path, f"needs {names}")
    return (one,) if one else many or ()


def _password(table: Table, place: Place) -> Secret | None:
    """The password, from one of the three places where it may be."""
    given = [key for key in _SECRETS if key in table]
    for key in given[1:]:
        table.wrong(key, f"there is {given[0]} too: give one of them")
    plain = table.text("password")
    if plain and not place.is_private():
        table.wrong(
            "password",
            f"others may read this file: run chmod 600 {place.path}, "
            "or use password_file or password_env",
        )
    file = place.file(table, "password_file")
    name = table.text("password_env")
    if name and name not in place.environ:
        table.wrong("password_env", f"the environment has no {name}")
    if file is not None and file.is_file():
        plain = _content(table, file)
    text = place.environ.get(name, "") if name else plain
    return Secret(text) if text else None


def _content(table: Table, file: Path) -> str:
    """A password file's text without the line end that editors add."""
    try:
        return file.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        table.wrong("password_file", f"cannot be read: {error}")
        return ""
