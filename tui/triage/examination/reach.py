"""Whether the target's own address answers, seen from this machine: TCP, TLS, HTTP."""

from __future__ import annotations

from datetime import datetime, timedelta

from tui.model.examination import Ask, Place, Subject
from tui.model.fault import FaultKind
from tui.model.probe import (
    Address,
    Handshake,
    HttpProbe,
    HttpStatus,
    PeerCertificate,
    TcpProbe,
    TlsProbe,
    Trust,
)
from tui.model.question import KubeNodes
from tui.model.scrape_error import ScrapeFault
from tui.triage.examination.case import (
    ExamCase,
    ExamRule,
    Result,
    failed,
    passed,
    saw,
    unclear,
)

SOON = timedelta(days=14)
_INSIDE = (".svc", ".cluster.local")
_NO_PATH = {ScrapeFault.REFUSED, ScrapeFault.TIMEOUT, ScrapeFault.NO_ROUTE}
_NO_ADDRESS = "no address is known: Prometheus lists no such target"


def address_of(subject: Subject) -> Address | None:
    """Where it listens: by its scrape URL, else by an instance that names a port."""
    if subject.scrape_url:
        return Address.of(subject.scrape_url)
    return Address.of(f"tcp://{subject.instance}") if subject.instance else None


def is_https(subject: Subject) -> bool:
    """Whether it is scraped over TLS."""
    is_secure = subject.scrape_url.startswith("https:")
    return is_secure and Address.of(subject.scrape_url) is not None


def has_url(subject: Subject) -> bool:
    """Whether Prometheus tells where it scrapes."""
    return HttpProbe.of(subject.scrape_url) is not None


def tcp_ask(case: ExamCase) -> tuple[Ask, ...]:
    """A connection to its address."""
    address = address_of(case.subject)
    return (Ask(Place.HERE, TcpProbe(address)),) if address else ()


def tls_ask(case: ExamCase) -> tuple[Ask, ...]:
    """A handshake with its address."""
    address = address_of(case.subject)
    return (Ask(Place.HERE, TlsProbe(address)),) if address else ()


def http_ask(case: ExamCase) -> tuple[Ask, ...]:
    """A GET of its scrape URL."""
    probe = HttpProbe.of(case.subject.scrape_url)
    return (Ask(Place.HERE, probe),) if probe else ()


def http_status(case: ExamCase) -> HttpStatus | None:
    """How it answered, if it was asked and did."""
    found: list[HttpStatus | None] = [case.value(ask) for ask in http_ask(case)]
    return found[0] if found else None


def is_inside(case: ExamCase) -> bool:
    """Whether only the cluster may know the way: a Service's name, a pod's address."""
    address = address_of(case.subject)
    if address is None:
        return False
    if address.host.endswith(_INSIDE):
        return True
    nodes = case.value(Ask(Place.CLUSTER, KubeNodes())) or ()
    on_node = any(address.host in node.addresses for node in nodes)
    return bool(case.subject.labels.get("pod")) and not on_node


def _tcp(case: ExamCase) -> Result:
    asks = tcp_ask(case)
    if not asks:
        return unclear(_NO_ADDRESS, "There is nothing to dial.")
    address, fault = address_of(case.subject), case.fault(asks[0])
    if fault is None:
        found = passed(f"{address} accepts connections")
        return saw(_answered(case, found), f"connected to {case.value(asks[0])}")
    words = f"{address}: {fault.summary}"
    if is_inside(case):
        meaning = (
            "It is an address of the cluster's own network: that it cannot be reached "
            "from here proves nothing. The checks inside the cluster tell more."
        )
        return saw(unclear(words, meaning), fault.detail)
    return saw(_unreached(words, fault.summary), fault.detail)


def _answered(case: ExamCase, found: Result) -> Result:
    """That it answers here, while Prometheus cannot get there."""
    error = case.error
    if error is None or error.kind not in _NO_PATH:
        return found
    meaning = (
        f"Prometheus says {error.words}, and from here it answers: the way from "
        "Prometheus to it is blocked. Look at routes, firewalls and NetworkPolicies."
    )
    cause = (
        f"It answers from here while Prometheus says {error.words}: something between "
        "Prometheus and it is in the way (route, firewall, NetworkPolicy)."
    )
    return passed(found.words, meaning, cause)


def _unreached(words: str, summary: str) -> Result:
    if "refused" in summary:
        return failed(
            words,
            "The host is there, but nothing listens on that port: is the process "
            "running, and is the port right?",
            "The host answers, but nothing listens on that port: look at the process, "
            "then at the port in the scrape config.",
        )
    if "name" in summary:
        return failed(
            words,
            "The name has no address: is it right, and does DNS know it?",
            "The name of the target has no address: correct it, or DNS.",
        )
    return failed(
        words,
        "Not even a refusal comes back: the host is off, or a firewall drops what is "
        "sent to it, or there is no route.",
        "Nothing at all answers there: is the host on, and do routes and firewalls "
        "let one in?",
    )


def _tls(case: ExamCase) -> Result:
    ask = tls_ask(case)[0]
    fault = case.fault(ask)
    if fault is not None:
        return saw(_no_handshake(case, fault.kind, fault.summary), fault.detail)
    found: Handshake = case.value(ask)
    result = _trusted(found) if found.trust is Trust.TRUSTED else _ill(case, found)
    left = _left(found.certificate.not_after, case.now)
    if found.trust is Trust.TRUSTED and found.certificate.not_after - case.now < SOON:
        result = passed(f"{result.words}; {left}", "Renew it before it expires.")
    return saw(result, *_told(found, left))


def _trusted(found: Handshake) -> Result:
    return passed(f"{found.protocol}, and this machine trusts its certificate")


def _ill(case: ExamCase, found: Handshake) -> Result:
    """A certificate that does not pass here; Prometheus may see it otherwise."""
    certificate, error = found.certificate, case.error
    is_cause = error is None or error.kind is ScrapeFault.TLS
    behind = _behind(case)
    match found.trust:
        case Trust.UNKNOWN_CA:
            words = f"signed by a CA that is not known here: {certificate.issuer}"
            if not is_cause:
                return unclear(words, "A CA of one's own; Prometheus gets past it.")
            return failed(
                words,
                "Prometheus has to be told of that CA: ca_file in tls_config of the "
                "scrape config, or insecure_skip_verify where one accepts the risk.",
                f"Its certificate is signed by {certificate.issuer}, which the scrape "
                f"config must name as its CA (ca_file){behind}.",
            )
        case Trust.EXPIRED | Trust.NOT_YET_VALID:
            is_old = found.trust is Trust.EXPIRED
            what = "has expired" if is_old else "is not valid yet"
            date = certificate.not_after if is_old else certificate.not_before
            return failed(
                f"the certificate {what}: {date:%Y-%m-%d}",
                "Renew it on the target." if is_old else "Do the clocks agree?",
                f"Its certificate {what} ({date:%Y-%m-%d}): renew it{behind}."
                if is_cause
                else "",
            )
        case Trust.OTHER_NAME:
            names = ", ".join(certificate.names[:4]) or "no name at all"
            words = f"the certificate is for {names}"
            if not is_cause:
                return unclear(words, "Prometheus gets past that: it names another.")
            return failed(
                words,
                "Scrape it by one of these names, or set server_name in tls_config of "
                "the scrape config.",
                f"Its certificate is for {names} and not for the address that is "
                f"scraped: set server_name in the scrape config{behind}.",
            )
        case _:
            return failed(
                f"the certificate is not valid: {found.said}",
                "Have a look at it with openssl, as below.",
                f"Its certificate is not valid ({found.said}).",
            )


def _behind(case: ExamCase) -> str:
    """What waits behind the certificate."""
    status = http_status(case)
    if status is not None and status.status in {401, 403}:
        return f"; behind it, it asks for credentials ({status.status})"
    return ""


def _no_handshake(case: ExamCase, kind: FaultKind, summary: str) -> Result:
    if any(case.fault(ask) for ask in tcp_ask(case)):
        return unclear("there is no connection to shake hands over")
    if kind is FaultKind.TLS and "does not speak TLS" in summary:
        return failed(
            "it speaks plain text on that port",
            "Set its scheme to http in the scrape config, or correct the port.",
            "It is scraped over https and speaks plain http: correct the scheme.",
        )
    if kind is FaultKind.TLS and "client certificate" in summary:
        return passed("it wants a client certificate, as a kubelet may")
    return failed(
        f"no handshake: {summary}",
        "It takes the connection and does not go on: a proxy, an overloaded or a "
        "broken server.",
        "It takes connections but ends no TLS handshake: look at its load and its log.",
    )


def _told(found: Handshake, left: str) -> tuple[str, ...]:
    """All that a person wants to know of the certificate."""
    one: PeerCertificate = found.certificate
    shown = ", ".join(one.names[:8]) + (", …" if len(one.names) > 8 else "")
    dates = f"{one.not_before:%Y-%m-%d} to {one.not_after:%Y-%m-%d}"
    return (
        f"protocol {found.protocol}",
        f"subject {one.subject or 'none'}",
        f"issuer {one.issuer or 'none'}",
        f"names {shown or 'none'}",
        f"valid {dates}: {left}",
        *([f"OpenSSL: {found.said}"] if found.said else []),
    )


def _left(end: datetime, now: datetime) -> str:
    days = (end - now) // timedelta(days=1)
    if end < now:
        ago = (now - end) // timedelta(days=1)
        return f"expired {ago} day{'s' * (ago != 1)} ago"
    return f"{days} day{'s' * (days != 1)} left" if days else "less than a day left"


TCP = ExamRule(
    "tcp", "its address accepts connections", tcp_ask, _tcp, is_from_here=True
)
TLS = ExamRule(
    "tls",
    "TLS handshake, and a certificate in order",
    tls_ask,
    _tls,
    is_https,
    is_from_here=True,
)
