"""A target that is scraped through the API server's proxy: the wrong way in."""

from __future__ import annotations

import re

from tui.model.examination import Ask, Place, Subject
from tui.model.question import ServicesIn
from tui.model.scrape_url import path_of
from tui.model.scraping import Service
from tui.triage.examination.case import ExamCase, ExamRule, Result, failed, saw

_SERVICE = re.compile(
    r"/api/v1/namespaces/(?P<namespace>[^/]+)/(?P<kind>services|pods)/"
    r"(?:https?:)?(?P<name>[^/:]+)(?::(?P<port>[^/:]*))?/proxy(?P<path>/.*)?$"
)
_NODE = re.compile(r"/api/v1/nodes/(?P<name>[^/:]+)(?::[^/]*)?/proxy(/.*)?$")
LESSON = (
    "The API server's proxy opens the connection from a control plane to the pod's own "
    "address: with some CNIs that times out across nodes, NetworkPolicies may forbid "
    "it, and every scrape is load on the API server. Scrape a NodePort. For a look by "
    "hand, a port-forward takes the kubelet's tunnel and works."
)


def goes_through(subject: Subject) -> bool:
    """Whether the scrape URL leads through the proxy of an API server."""
    path = path_of(subject.scrape_url)
    return bool(_SERVICE.search(path) or _NODE.search(path))


def ask(case: ExamCase) -> tuple[Ask, ...]:
    """The Services of the namespace that the URL names: one may have a NodePort."""
    found = _SERVICE.search(path_of(case.subject.scrape_url))
    return (Ask(Place.CLUSTER, ServicesIn(found["namespace"])),) if found else ()


def _read(case: ExamCase) -> Result:
    """It is the wrong way whatever the Services are; they tell a better one."""
    path = path_of(case.subject.scrape_url)
    found = _SERVICE.search(path)
    if found is None:
        return failed(
            "it is scraped through the API server's proxy of a node",
            LESSON,
            "It is scraped through the API server's proxy: scrape the node itself.",
        )
    what = f"{found['namespace']}/{found['name']}"
    port = _node_port(case, found["name"], found["port"] or "")
    instead = f"its NodePort {port} on any node" if port else "a NodePort"
    lines = [f"path {path}"]
    if port:
        lines.append(f"better http://<node>:{port}{found['path'] or '/metrics'}")
    result = failed(
        f"it is scraped through the API server's proxy of {what}",
        LESSON,
        f"It is scraped through the API server's proxy, which times out across nodes: "
        f"scrape {instead} instead.",
    )
    return saw(result, *lines)


def _node_port(case: ExamCase, name: str, port: str) -> int:
    """The NodePort of the port that is scraped, or the only one; 0 for none."""
    services: tuple[Service, ...] = case.value(ask(case)[0]) or ()
    service = next((one for one in services if one.name == name), None)
    opened = [one for one in service.ports if one.node_port] if service else []
    meant = [one for one in opened if port in {one.name, str(one.port)}]
    chosen = meant or (opened if len(opened) == 1 else [])
    return chosen[0].node_port if chosen else 0


PROXY = ExamRule(
    "proxy",
    "scraped directly, not through the API server",
    ask,
    _read,
    goes_through,
    needs_answers=False,
)
