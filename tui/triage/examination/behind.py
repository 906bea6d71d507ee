"""What stands behind an application's target: its Service, endpoints and pods."""

from __future__ import annotations

from collections.abc import Sequence

from tui.model.examination import Ask, Place, Subject
from tui.model.kube import Pod
from tui.model.question import EndpointSlicesOf, PodsWith, ServicesIn
from tui.model.scraping import Endpoint, EndpointSlice, Service, ServicePort
from tui.triage.examination.case import (
    ExamCase,
    ExamRule,
    Result,
    failed,
    passed,
    saw,
    unclear,
)
from tui.triage.examination.reach import address_of

NODE_PORTS = range(30000, 32768)
"""What Kubernetes opens on the nodes, unless it is told otherwise."""
_JOB_LABELS = ("jobLabel", "app.kubernetes.io/name", "k8s-app", "app")
_SHOWN = 8


def services_ask(subject: Subject, place: Place = Place.CLUSTER) -> Ask:
    """The Services of its namespace; of all, when its labels name none."""
    return Ask(place, ServicesIn(subject.labels.get("namespace", "")))


def ask_service(case: ExamCase) -> tuple[Ask, ...]:
    """Which Services there are."""
    return (services_ask(case.subject),)


def service_of(case: ExamCase, place: Place = Place.CLUSTER) -> Service | None:
    """The Service behind the target; None when none is, or when nobody knows yet."""
    found: Sequence[Service] = case.value(services_ask(case.subject, place)) or ()
    labels, address = case.subject.labels, address_of(case.subject)
    named = labels.get("service", "")
    if named:
        return next((one for one in found if one.name == named), None)
    if address is not None and address.port in NODE_PORTS:
        for one in found:
            if any(port.node_port == address.port for port in one.ports):
                return one
    job = case.subject.job
    return next((one for one in found if job in _jobs(one)), None)


def _jobs(service: Service) -> set[str]:
    """The jobs that a Service is usually scraped under."""
    return {service.name, *(service.labels.get(label, "") for label in _JOB_LABELS)}


def _service(case: ExamCase) -> Result:
    service, subject = service_of(case), case.subject
    where = subject.labels.get("namespace", "")
    if service is None:
        named = subject.labels.get("service", "")
        if not named:
            return unclear(
                f"nothing says which Service is behind {subject.job}",
                "Neither a label, nor a NodePort, nor a Service of that name.",
            )
        return failed(
            f"there is no Service {named} in {where or 'any namespace'}",
            "It was renamed or deleted, or the target's labels are from before.",
            f"Its Service {where}/{named} does not exist: deploy it, or drop the "
            "target from the scrape config.",
        )
    lines = [_port_line(port) for port in service.ports]
    if wrong := _wrong_port(case, service):
        return saw(wrong, *lines)
    shown = ", ".join(lines) or "without ports"
    return saw(passed(f"{service.path}: {shown}"), *lines)


def _wrong_port(case: ExamCase, service: Service) -> Result | None:
    """The NodePort that is scraped is no longer this Service's."""
    address = address_of(case.subject)
    if address is None or address.port not in NODE_PORTS:
        return None
    opened = [port.node_port for port in service.ports if port.node_port]
    if address.port in opened:
        return None
    has = ", ".join(map(str, opened)) or "none"
    return failed(
        f"{service.path} has no NodePort {address.port}: {has}",
        "The scrape config has an old port, or the Service lost its own.",
        f"Port {address.port} is not a NodePort of {service.path} ({has}): correct "
        "the scrape config or the Service.",
    )


def _port_line(port: ServicePort) -> str:
    name = f"{port.name} " if port.name else ""
    target = f" → {port.target_port}" if port.target_port != str(port.port) else ""
    opened = f", NodePort {port.node_port}" if port.node_port else ""
    return f"port {name}{port.port}{target}{opened}"


def ask_endpoints(case: ExamCase) -> tuple[Ask, ...]:
    """The Service first, then what it leads to."""
    service = service_of(case)
    if service is None:
        return ask_service(case)
    question = EndpointSlicesOf(service.namespace, service.name)
    return (*ask_service(case), Ask(Place.CLUSTER, question))


def _endpoints(case: ExamCase) -> Result:
    service = service_of(case)
    if service is None:
        return unclear("it is not known which Service is behind it")
    slices: Sequence[EndpointSlice] = case.value(ask_endpoints(case)[-1])
    found = [endpoint for each in slices for endpoint in each.endpoints]
    ready = [one for one in found if one.is_ready]
    lines = [_endpoint_line(one) for one in sorted(found, key=_worst)[:_SHOWN]]
    measure = f"{len(ready)}/{len(found)} endpoints of {service.path} are ready"
    if not found:
        return _no_endpoints(service)
    own = _own(case, found)
    if not ready or (own is not None and not own.is_ready):
        which = f"{own.address} is not ready" if own is not None and ready else measure
        return saw(
            failed(
                which,
                "A Service sends nothing to an endpoint that is not ready: look at "
                "the readiness of its pod.",
                f"No endpoint of {service.path} that matters is ready: look at its "
                "pods.",
            ),
            *lines,
        )
    return saw(passed(measure), *lines)


def _own(case: ExamCase, found: Sequence[Endpoint]) -> Endpoint | None:
    """The endpoint that is the target itself."""
    address, pod = address_of(case.subject), case.subject.labels.get("pod", "")
    return next(
        (
            one
            for one in found
            if (address is not None and one.address == address.host)
            or (pod and one.pod == pod)
        ),
        None,
    )


def _no_endpoints(service: Service) -> Result:
    if not service.selector:
        return unclear(
            f"{service.path} selects no pods: its endpoints are somebody else's",
            "Whoever made it has to fill them in.",
        )
    return failed(
        f"{service.path} has no endpoints: no pod carries {_written(service)}",
        "Nothing runs, or the selector of the Service does not match the labels of "
        "the pods.",
        f"No pod is behind {service.path}: none carries {_written(service)}.",
    )


def _worst(endpoint: Endpoint) -> tuple[bool, str]:
    return endpoint.is_ready, endpoint.address


def _endpoint_line(endpoint: Endpoint) -> str:
    state = "ready" if endpoint.is_ready else "not ready"
    pod = f"  {endpoint.pod}" if endpoint.pod else ""
    node = f" on {endpoint.node}" if endpoint.node else ""
    return f"{endpoint.address}  {state}{pod}{node}"


def _written(service: Service) -> str:
    """A selector as kubectl takes it."""
    return ",".join(f"{key}={value}" for key, value in sorted(service.selector.items()))


def ask_pods(case: ExamCase) -> tuple[Ask, ...]:
    """Those that its Service selects, or the one that its labels name."""
    service, subject = service_of(case), case.subject
    if service is not None and service.selector:
        question = PodsWith(service.namespace, _written(service))
        return (*ask_service(case), Ask(Place.CLUSTER, question))
    namespace, pod = (subject.labels.get(key, "") for key in ("namespace", "pod"))
    if namespace and pod:
        question = PodsWith(namespace, "", f"metadata.name={pod}")
        return (Ask(Place.CLUSTER, question),)
    return ask_service(case)


def _pods(case: ExamCase) -> Result:
    question = ask_pods(case)[-1]
    if not isinstance(question.what, PodsWith):
        return unclear("nothing says which pods are behind it")
    pods: Sequence[Pod] = case.value(question)
    named = case.subject.labels.get("pod", "")
    own = [pod for pod in pods if pod.name == named] or list(pods)
    ill = [pod for pod in own if not pod.is_ready]
    worst = sorted(pods, key=lambda pod: (pod.is_ready, pod.name))
    lines = [_pod_line(pod) for pod in worst[:_SHOWN]]
    if not pods:
        return failed(
            f"no such pod: {question.what.selector or named}",
            "It is not deployed, scaled to zero, or carries other labels.",
            f"No pod is behind it ({question.what.selector or named}): is it deployed?",
        )
    gone = named and named not in {pod.name for pod in pods}
    if ill and len(ill) == len(own):
        first = ill[0]
        why = first.reason or first.phase
        return saw(
            failed(
                f"{first.name} is not ready: {why}",
                f"kubectl -n {first.namespace} describe pod {first.name}, and its log "
                "with --previous, tell why.",
                f"Its pod {first.namespace}/{first.name} is not ready ({why}): look "
                "at its log.",
            ),
            *lines,
        )
    words = f"{len(own) - len(ill)}/{len(own)} pods are ready"
    meaning = f"{named} is gone: the target is from before." if gone else ""
    return saw(passed(words, meaning), *lines)


def _pod_line(pod: Pod) -> str:
    state = "ready" if pod.is_ready else f"not ready: {pod.reason or pod.phase}"
    node = f" on {pod.node}" if pod.node else ""
    return f"{pod.namespace}/{pod.name}{node}  {state}"


PODS = ExamRule("pods", "its pods run and are ready", ask_pods, _pods)
SERVICE = ExamRule("service", "its Service is there", ask_service, _service)
ENDPOINTS = ExamRule(
    "endpoints", "its Service has ready endpoints", ask_endpoints, _endpoints
)
