"""What to change so that a cluster's logs are sent and taken: texts, made to measure.

Nothing here is ever applied from here. Each text is YAML as its tool reads it, with
comments that say what it is for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from msgspec import Struct

from tui.model.pipeline import NodePipeline, Pipeline

KMSG_DOCUMENT = (1, 6)
"""Since then the kernel's log has a document of the machine config."""
KERNEL_AS_SERVICE = (1, 13)
IN_CLUSTER_LOKI = "http://loki.monitoring.svc.cluster.local:3100"
RECEIVER = "talos-log-receiver"
_TAG = re.compile(r"v?(\d{1,9})\.(\d{1,9})\b")
_LONGEST = 240
"""Characters of a part of a path; file systems take 255 bytes."""
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")

_VECTOR = """\
# Values of the chart vector/vector: what takes the logs of Talos on every node.
role: Agent
podLabels:
  talos-log-receiver: "true"
tolerations:
  - operator: Exists
service:
  enabled: false
containerPorts:
  - name: talos
    containerPort: @PORT@
    protocol: TCP
customConfig:
  data_dir: /vector-data-dir
  sources:
    talos:
      type: socket
      mode: tcp
      address: 0.0.0.0:@PORT@
      max_length: 102400
      decoding:
        codec: json
  transforms:
    labelled:
      type: remap
      inputs: [talos]
      # What carries no service is the kernel's.
      source: |-
        .talos_service = string(del(."talos-service")) ?? "kernel"
        .level = string(."talos-level") ?? "info"
        .timestamp = parse_timestamp(string(."talos-time") ?? "", "%+") ?? now()
  sinks:
    loki:
      type: loki
      inputs: [labelled]
      # As the pods of this cluster reach it.
      endpoint: @LOKI@
      encoding:
        codec: json
      out_of_order_action: accept
      buffer:
        type: disk
        max_size: 268435488
        when_full: block
      labels:
"""


class Change(Struct, frozen=True, gc=False):
    """One text to apply, and how."""

    file: str
    """Where `taloscope pipeline manifests` puts it, below its folder."""
    title: str
    text: str
    run: str
    """What a person runs, in that folder."""


def url_of(pipeline: Pipeline, node: NodePipeline) -> str:
    """Where a node sends to: its own port, which its own pod is behind."""
    host = f"[{node.address}]" if ":" in node.address else node.address
    return f"tcp://{host}:{pipeline.receiver.node_port}/"


def node_patch(pipeline: Pipeline, node: NodePipeline, gap: str = "") -> Change:
    """A patch of one node's machine config; `gap` names what of it is missing.

    gap   `kernel`, `services`, both with a plus between; empty for all of it
    """
    gaps = gap.split("+") if gap else ["kernel", "services"]
    url, release = url_of(pipeline, node), _release(node.version)
    has_document = release is None or release >= KMSG_DOCUMENT
    machine: list[str] = []
    if "services" in gaps:
        machine += [
            "  # Logs of the services: the iSCSI daemon speaks here.",
            "  logging:",
            "    destinations:",
            f"      - endpoint: {url}",
            "        format: json_lines",
        ]
    if "kernel" in gaps and not has_document:
        machine += [
            "  # For the kernel's log, which machine.logging does not send; it takes",
            "  # effect with the next `talosctl upgrade` of the node.",
            "  install:",
            "    extraKernelArgs:",
            f"      - talos.logging.kernel={url}",
        ]
    lines = [
        f"# {node.name}, {_told(node.version)}",
        *(["machine:"] if machine else []),
    ]
    lines += machine
    if "kernel" in gaps and has_document:
        lines += ["---"] if machine else []
        lines += _document(url, release)
    place = f"{safe(pipeline.cluster)}/talos/{safe(node.name)}.yaml"
    return Change(
        place,
        f"machine config of {node.name}",
        "\n".join((*lines, "")),
        f"talosctl -n {node.address} patch machineconfig --patch @{place}",
    )


def _document(url: str, release: tuple[int, int] | None) -> Iterator[str]:
    yield "# The kernel's own log, which machine.logging does not send."
    if release is not None and release >= KERNEL_AS_SERVICE:
        yield "# Since Talos 1.13 it is sent as service `kernel` too, but all of it at"
        yield "# level info: rules by level need this one."
    yield "apiVersion: v1alpha1"
    yield "kind: KmsgLogConfig"
    yield "name: talos-kernel"
    yield f"url: {url}"


def _told(version: str) -> str:
    return f"Talos {version}" if version else "its Talos is not known: 1.6 or later"


def _release(version: str) -> tuple[int, int] | None:
    found = _TAG.match(version)
    return (int(found[1]), int(found[2])) if found else None


def service(pipeline: Pipeline) -> Change:
    """The Service that opens the port on every node."""
    own = pipeline.receiver
    text = f"""\
# A node that sends to its own port reaches the pod of that node, and Vector sees the
# node's own address: that is what externalTrafficPolicy Local is for.
apiVersion: v1
kind: Service
metadata:
  name: {own.service or RECEIVER}
  namespace: {own.namespace}
spec:
  type: NodePort
  externalTrafficPolicy: Local
  selector:
    {RECEIVER}: "true"
  ports:
    - name: talos
      protocol: TCP
      port: {own.target_port}
      targetPort: {own.target_port}
      nodePort: {own.node_port}
"""
    place = f"{safe(pipeline.cluster)}/service.yaml"
    where = f"in cluster {pipeline.cluster}:"
    title = f"Service {own.namespace}/{own.service or RECEIVER}"
    return Change(place, title, text, f"# {where}\n{applied(place)}")


def vector_values(pipeline: Pipeline) -> Change:
    """Values of the chart vector/vector: a pod on each node, and what it does."""
    own = pipeline.receiver
    place = f"{safe(pipeline.cluster)}/vector-values.yaml"
    loki = IN_CLUSTER_LOKI if pipeline.is_home else pipeline.loki_url or IN_CLUSTER_LOKI
    labels = {
        **dict(pipeline.marks),
        **dict(pipeline.labels),
    }
    fields = {
        pipeline.label: "host",
        "level": "level",
        "talos_service": "talos_service",
    }
    port = str(own.target_port)
    text = _VECTOR.replace("@PORT@", port).replace("@LOKI@", _quoted(loki))
    text += "".join(f"        {name}: {_quoted(x)}\n" for name, x in labels.items())
    # The chart takes double braces for its own: it has to print those of Vector.
    text += "".join(
        f'        {name}: |-\n          {{{{ print "{{{{ {x} }}}}" }}}}\n'
        for name, x in fields.items()
    )
    run = f"helm upgrade --install vector vector/vector -n {own.namespace} -f {place}"
    title = f"Vector of {pipeline.cluster}"
    return Change(place, title, text, f"# in cluster {pipeline.cluster}:\n{run}")


def applied(place: str) -> str:
    """Look at what would change before it does."""
    return f"kubectl diff -f {place}; kubectl apply -f {place}"


def safe(name: str) -> str:
    """A name from outside as a part of a path."""
    return _UNSAFE.sub("-", name[:_LONGEST]).lstrip(".") or "unnamed"


def _quoted(text: str) -> str:
    """A scalar of YAML: what is quoted for JSON is quoted for it too."""
    return json.dumps(text, ensure_ascii=False)
