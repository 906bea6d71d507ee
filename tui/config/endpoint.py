"""Reads the table of one HTTP endpoint."""

from __future__ import annotations

import re
import stat
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct, field

from tui.config.paths import at_home, is_file
from tui.config.table import Table
from tui.config.text import base_url, service
from tui.config.values import Endpoint, Secret, Through

_CERTIFICATE = re.compile(
    rb"-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----\s[A-Za-z0-9+/=\s]+-----END "
)
KINDS = ("prometheus", "alertmanager", "loki")


class Place(Struct, frozen=True):
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
        path = self.path.parent / at_home(text)
        if not is_file(path):
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
        password_command=_command(table, "password"),
        bearer_token_file=place.file(table, "bearer_token_file"),
        bearer_token=_secret(table, place, "bearer_token"),
        bearer_token_command=_command(table, "bearer_token"),
        ca_file=_certificates(table, place, "ca_file"),
        cert_file=_certificates(table, place, "cert_file"),
        key_file=place.file(table, "key_file"),
        insecure=table.flag("insecure", default=False),
        tenant=table.text("tenant"),
        selector=(table.text("selector") if is_loki else "") or plain.selector,
    )
    _check_ways_in(table)
    table.finish()
    return endpoint


def _certificates(table: Table, place: Place, key: str) -> Path | None:
    """A file of certificates; what is none would be told by every connection."""
    file = place.file(table, key)
    if file is None or not is_file(file):
        return file
    try:
        holds_one = _CERTIFICATE.search(file.read_bytes())
    except OSError as error:
        table.wrong(key, f"cannot be read: {error.strerror}")
        return file
    if not holds_one:
        what = "holds no certificate: it must be PEM, -----BEGIN CERTIFICATE-----"
        table.wrong(key, f"{file} {what}")
    return file


def _check_ways_in(table: Table) -> None:
    """Note what does not go together."""
    for key in _keys("bearer_token"):
        if key in table and "username" in table:
            table.wrong(key, "there is a username too: give one of the two")
    for key in _keys("password"):
        if key in table and "username" not in table:
            table.wrong(key, "is of no use without a username")
    if "key_file" in table and "cert_file" not in table:
        table.wrong("key_file", "is of no use without a cert_file")


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


def _secret(table: Table, place: Place, name: str) -> Secret | None:
    """A secret, from one of the places where it may be; a command is run later."""
    given = [key for key in _keys(name) if key in table]
    for key in given[1:]:
        table.wrong(key, f"there is {given[0]} too: give one of them")
    plain = table.text(name)
    if plain and not place.is_private():
        table.wrong(
            name,
            f"others may read this file: run chmod 600 {place.path}, "
            f"or use {name}_file, {name}_env or {name}_command",
        )
    variable = table.text(f"{name}_env")
    if variable and variable not in place.environ:
        table.wrong(f"{name}_env", f"the environment has no {variable}")
    text = place.environ.get(variable, "") if variable else plain
    return Secret(text) if text else None


def _password(table: Table, place: Place) -> Secret | None:
    """The password; that of a file is read here."""
    found = _secret(table, place, "password")
    file = place.file(table, "password_file")
    if file is not None and is_file(file) and (text := _content(table, file)):
        return Secret(text)
    return found


def _keys(name: str) -> tuple[str, ...]:
    return (name, f"{name}_file", f"{name}_env", f"{name}_command")


def _command(table: Table, name: str) -> tuple[str, ...]:
    """A command that prints a secret: program and arguments, no shell."""
    key = f"{name}_command"
    found = table.each(key, str)
    if found == ():
        table.wrong(key, 'must be a command: ["pass", "show", "prometheus"]')
    return found or ()


def _content(table: Table, file: Path) -> str:
    """A password file's text without the line end that editors add."""
    try:
        return file.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        table.wrong("password_file", f"cannot be read: {error}")
        return ""
