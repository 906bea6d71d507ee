"""The lab's estate, each kind of its servers once behind the proxy that does harm."""

from __future__ import annotations

import base64
import json
import re
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml

from tests.e2e.labs import RunningLab, running_lab
from tests.faults.proxy import Route, order, reserved
from tui.clock import SystemClock
from tui.lab.certificates import Authority, Credentials, make_authority

CLUSTER = "monit"
"""Whose Kubernetes and apid are behind the proxy; the others are reached directly."""
LEFT_OUT = "prod"
"""No fault is of its four nodes; to read them each two seconds is half of the work."""
SERVED = ("prometheus", "alertmanager", "loki")
SERVICES = {
    "prometheus": "kube-prometheus-stack-prometheus:9090",
    "alertmanager": "kube-prometheus-stack-alertmanager:9093",
    "loki": "loki:http-metrics",
}
PASSWORD = "hunter2"
"""To be looked for where it must not be."""


@dataclass(frozen=True, slots=True)
class Harmed:
    """An estate whose connections can be harmed."""

    lab: RunningLab
    config: Path
    port: int
    """Of the proxy's orders."""

    def harm(self, name: str, fault: str) -> None:
        """Begin a fault of one server."""
        order(self.port, f"{name} {fault}")

    def heal(self, name: str) -> None:
        """End it."""
        order(self.port, f"{name} -")

    def through_port_forwards(self) -> None:
        """Reach the servers through the API server alone, from now on."""
        lines = self.config.read_text().splitlines()
        for name, service in SERVICES.items():
            way = f'{{ service = "monitoring/{service}", cluster = "{CLUSTER}" }}'
            lines = [
                f"{name} = {way}" if line.startswith(f"{name} = ") else line
                for line in lines
            ]
        self.config.write_text("\n".join(lines))

    def followed(self) -> int:
        """How many requests went where a redirect pointed."""
        return order(self.port, "trap")

    def step(self, name: str, fault: str) -> str:
        """The same as a step of a run in a terminal."""
        return (
            f"sh:{sys.executable} -m tests.faults.proxy set {self.port} {name} {fault}"
        )


@contextmanager
def harmed_estate(folder: Path, *arguments: str) -> Iterator[Harmed]:
    """A lab, the proxy before it, and a config that goes through it."""
    with running_lab("--at", "1m", "--speed", "0", *arguments) as lab:
        authority = make_authority(SystemClock().now())
        _write_certificates(folder, authority)
        kube = yaml.safe_load(Path(lab.environment["KUBECONFIG"]).read_text())
        talos = yaml.safe_load(Path(lab.environment["TALOSCONFIG"]).read_text())
        routes = [_route(name, _url(lab, name), folder) for name in SERVED]
        routes += [_kubernetes(kube, folder), _talos(talos, folder)]
        holds = {route.name: reserved() for route in routes}
        for route in routes:
            route.port = holds[route.name].getsockname()[1]
        ports = {route.name: route.port for route in routes}
        config = _write_config(lab, folder, ports, kube, talos, authority)
        spec = folder / "routes.json"
        spec.write_text(json.dumps([asdict(route) for route in routes]))
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.proxy", str(spec)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield Harmed(lab, config, int(process.stdout.readline()))
        finally:
            process.stdin.close()
            process.stdout.close()
            process.wait(20)
            for hold in holds.values():
                hold.close()


def _url(lab: RunningLab, name: str) -> str:
    return lab.environment[f"{name.upper()}_URL"].removeprefix("http://")


def _route(name: str, address: str, folder: Path) -> Route:
    host, _, port = address.rpartition(":")
    return Route(name, 0, host, int(port), str(folder))


def _kubernetes(kube: dict[str, Any], folder: Path) -> Route:
    """The route to the API server, where we show the kubeconfig's certificate."""
    cluster = next(each for each in kube["clusters"] if each["name"] == CLUSTER)
    user = next(each for each in kube["users"] if each["name"] == f"admin@{CLUSTER}")
    route = _route("kubernetes", cluster["cluster"]["server"][8:], folder)
    pem = base64.b64decode(user["user"]["client-certificate-data"])
    pem += b"\n" + base64.b64decode(user["user"]["client-key-data"])
    return _with_client(route, pem, folder)


def _talos(talos: dict[str, Any], folder: Path) -> Route:
    """The route to apid, where we show the talosconfig's certificate."""
    context = talos["contexts"][CLUSTER]
    route = _route("talos", context["endpoints"][0], folder)
    key = base64.b64decode(context["key"]).replace(b"ED25519 ", b"")
    route.alpn = ["h2"]
    return _with_client(route, base64.b64decode(context["crt"]) + b"\n" + key, folder)


def _with_client(route: Route, pem: bytes, folder: Path) -> Route:
    path = folder / f"{route.name}-client.pem"
    path.write_bytes(pem)
    route.is_tls, route.client = True, str(path)
    return route


def _write_config(
    lab: RunningLab,
    folder: Path,
    ports: dict[str, int],
    kube: dict[str, Any],
    talos: dict[str, Any],
    authority: Authority,
) -> Path:
    """Kubeconfig, talosconfig and config, as the lab has them but for the ways in."""
    ca = base64.b64encode(authority.pem).decode()
    cluster = next(each for each in kube["clusters"] if each["name"] == CLUSTER)
    cluster["cluster"] = {
        "server": f"https://127.0.0.1:{ports['kubernetes']}",
        "certificate-authority-data": ca,
    }
    context = talos["contexts"][CLUSTER]
    context |= {"ca": ca, "endpoints": [f"127.0.0.1:{ports['talos']}"]}
    (folder / "kubeconfig").write_text(yaml.safe_dump(kube))
    (folder / "talosconfig").write_text(yaml.safe_dump(talos))
    old = Path(lab.environment["TALOSCOPE_CONFIG"])
    text = _without(LEFT_OUT, old.read_text()).replace(str(old.parent), str(folder))
    access = f'username = "me", password = "{PASSWORD}", ca_file = "{folder}/ca.pem"'
    for name in SERVED:
        url = lab.environment[f"{name.upper()}_URL"]
        line = next(each for each in text.splitlines() if f'"{url}"' in each)
        ours = line.replace(url, f"https://127.0.0.1:{ports[name]}")
        text = text.replace(line, ours.replace(" }", f", {access} }}"))
    path = folder / "taloscope.toml"
    path.write_text(text)
    path.chmod(0o600)
    return path


def _without(cluster: str, config: str) -> str:
    """The config without one of its clusters: its tables follow each other."""
    parts = re.split(r"(?m)^(?=\[)", config)
    own = (f"[clusters.{cluster}]", f"[clusters.{cluster}.")
    return "".join(part for part in parts if not part.startswith(own))


def _write_certificates(folder: Path, authority: Authority) -> None:
    """What the proxy shows: a good certificate and four bad ones."""
    now, hour = authority.now, timedelta(hours=1)
    here = ["127.0.0.1"]
    later = Authority(
        authority.pem, authority.certificate, authority.key, now + 2 * hour
    )
    shown = {
        "good": authority.server(here),
        "expired": authority.server(here, -timedelta(minutes=1)),
        "future": later.server(here),
        "name": authority.server(["elsewhere.example"]),
        "stranger": make_authority(now).server(here),
    }
    for name, credentials in shown.items():
        (folder / f"{name}.pem").write_bytes(_pem(credentials))
    (folder / "ca.pem").write_bytes(authority.pem)
    # A pair that does not fit would be told only when it is used.
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(folder / "good.pem")


def _pem(credentials: Credentials) -> bytes:
    return credentials.certificate + b"\n" + credentials.key
