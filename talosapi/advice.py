"""One sentence for whoever meets a failed call: what to do about it.

Tables only: the words that Talos, TLS and we ourselves use for a cause, and the advice
that belongs to them. It must not know who asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from talosapi.certificate import ClientCertificate


class ErrorKind(StrEnum):
    """Why a call failed, by what one would do about it."""

    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    TLS = "tls"
    AUTH = "auth"
    FORBIDDEN = "forbidden"
    RATE_LIMITED = "rate-limited"
    NOT_FOUND = "not-found"
    UNSUPPORTED = "unsupported"
    PROTOCOL = "protocol"


ADVICE: Mapping[ErrorKind, str] = {
    ErrorKind.UNREACHABLE: "Check that the node is up and that its address and port "
    "50000 can be reached from the endpoint.",
    ErrorKind.TIMEOUT: "The node may be down or overloaded, or a firewall may be "
    "dropping packets on the way.",
    ErrorKind.TLS: "Check ca, crt and key of this talosconfig context: they must come "
    "from this cluster and must not have expired.",
    ErrorKind.AUTH: "Whoever answers does not take the client certificate of this "
    "context{validity}: fetch a new talosconfig, of this cluster.",
    ErrorKind.RATE_LIMITED: "It asks us to slow down, and we do; a proxy or a load "
    "balancer before apid may have a limit of its own.",
    ErrorKind.FORBIDDEN: "Use a talosconfig with the role {role}, which this call "
    "takes; this one has {roles}.",
    ErrorKind.NOT_FOUND: "It does not exist on this node.",
    ErrorKind.UNSUPPORTED: "This node's role or Talos version has no such call{since}.",
    ErrorKind.PROTOCOL: "Something other than a Talos apid may be listening there, or "
    "the node answered with an error of its own; see its apid and machined logs.",
}

IS_NO_APID = "it is no apid: it answers HTTP "
IS_WEB_SERVER = "it is a web server, not an apid"
IS_ENDED_EARLY = "it takes the connection and ends it before TLS"
_PROXY = (
    "A proxy or a sign-in page stands before apid, which only takes the client "
    "certificate: let endpoints in the talosconfig lead to a control plane, port 50000."
)
_WRONG_CA = (
    "The `ca` of this context did not sign this endpoint's certificate: use the "
    "talosconfig of this cluster, or dial an endpoint of the cluster that is meant."
)

# The first whose words occur in the message wins.
_BY_WORDS: Mapping[ErrorKind, tuple[tuple[str, str], ...]] = {
    ErrorKind.AUTH: ((IS_NO_APID, _PROXY),),
    ErrorKind.UNREACHABLE: (
        (IS_NO_APID, _PROXY),
        (
            IS_ENDED_EARLY,
            "As a load balancer does while no apid behind it is up: check the control "
            "planes, or let endpoints in the talosconfig lead to one, port 50000.",
        ),
    ),
    ErrorKind.PROTOCOL: ((IS_NO_APID, _PROXY), (IS_WEB_SERVER, _PROXY)),
    ErrorKind.FORBIDDEN: (
        (IS_NO_APID, _PROXY),
        (
            "no request forwarding",
            "The endpoint is a worker, which answers for itself alone: use a control "
            "plane node as endpoint.",
        ),
    ),
    ErrorKind.TLS: (
        (
            "certificate has expired",
            "The endpoint's certificate has expired, which Talos renews every 12 "
            "hours: this machine's clock may be ahead, or the node's stands still.",
        ),
        (
            "not yet valid",
            "The endpoint's certificate begins in the future: compare this machine's "
            "clock with the node's.",
        ),
        ("self-signed certificate", _WRONG_CA),
        ("self signed certificate", _WRONG_CA),
        ("local issuer", _WRONG_CA),
        ("signature failure", _WRONG_CA),
        (
            "mismatch",
            "The endpoint's certificate names other addresses: dial one that the node "
            "has, or add this one to machine.certSANs.",
        ),
        (
            "alert certificate expired",
            "The client certificate is not valid by the node's clock{validity}: fetch "
            "a new talosconfig, or set the clock right.",
        ),
        (
            "alert unknown ca",
            "This cluster did not sign the client certificate: use the talosconfig of "
            "this cluster.",
        ),
        (
            "alert",
            "The endpoint refuses the client certificate{validity}: use a talosconfig "
            "of this cluster.",
        ),
    ),
    ErrorKind.NOT_FOUND: (
        (
            "machine type is not set",
            "The node has not read its configuration yet: ask again when it is up.",
        ),
    ),
    ErrorKind.UNSUPPORTED: (
        ("control plane nodes", "Ask a control plane node: a worker has no etcd."),
        (
            "operation via API",
            "Talos lets nobody do this to that service; some can only be restarted, "
            "most only with the node.",
        ),
    ),
}

# source: internal/app/machined/pkg/system/services/machined.go and, for resources,
# internal/app/resources/access.go; whatever is not here takes os:reader.
_ROLES: Mapping[str, str] = {
    "ServiceStart": "os:operator",
    "ServiceStop": "os:operator",
    "ServiceRestart": "os:operator",
    "EtcdAlarmList": "os:operator (from Talos 1.11 on os:reader)",
    "MachineConfigs": "os:admin",
    "KubeletSpecs": "os:admin",
}
# The release that brought a call or a type of resource, if later than 1.6.
_SINCE: Mapping[str, str] = {
    "LogsContainers": "1.7",
    "CPUFreqStats": "1.9",
    "DiscoveredVolumes": "1.7",
    "Diagnostics": "1.8",
    "Disks": "1.8",
    "VolumeStatuses": "1.8",
    "KubeletStatuses": "1.14",
}


def advise(
    kind: ErrorKind, message: str, call: str, certificate: ClientCertificate | None
) -> str:
    """The advice for a failed call.

    call         a method, or a method and a type of resource: "List Members"
    certificate  our own, where it may be the cause
    """
    template = next(
        (text for words, text in _BY_WORDS.get(kind, ()) if words in message),
        ADVICE[kind],
    )
    subject = call.rpartition(" ")[2]
    since = _SINCE.get(subject)
    return template.format(
        role=_ROLES.get(subject, "os:reader"),
        roles=_roles(certificate),
        since=f"; Talos {since} and later have it" if since else "",
        validity=_validity(certificate),
    )


def _roles(certificate: ClientCertificate | None) -> str:
    if certificate is None:
        return "another"
    return ", ".join(certificate.roles) or "none"


def _validity(certificate: ClientCertificate | None) -> str:
    if certificate is None:
        return ""
    begin, end = certificate.not_before, certificate.not_after
    return f" (it runs from {begin:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} UTC)"
