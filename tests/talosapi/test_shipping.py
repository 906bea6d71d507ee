"""Where a node's logs go, as its resources spell it."""

from __future__ import annotations

import pytest
import yaml

from talosapi.shipping import KERNEL_LOGS, SERVICE_LOGS

DOCUMENT = """\
version: v1alpha1
machine:
  token: secret
  logging:
    destinations:
      - endpoint: tcp://10.0.0.1:30600/
        format: json_lines
"""
KERNEL = """\
---
apiVersion: v1alpha1
kind: KmsgLogConfig
name: talos-kernel
url: tcp://10.0.0.1:30600/
"""


@pytest.mark.parametrize(
    "spec",
    [
        DOCUMENT,
        yaml.safe_dump(DOCUMENT),
        yaml.safe_dump(DOCUMENT + KERNEL),
    ],
    ids=["a mapping, before 1.12", "one string", "several documents"],
)
def test_of_the_machine_config_only_the_destinations_are_read(spec: str) -> None:
    assert SERVICE_LOGS.read(spec) == ("tcp://10.0.0.1:30600/",)


@pytest.mark.parametrize("spec", ["", "{}", "machine: 3", "'- no: [yaml'", "null"])
def test_a_config_without_logging_has_no_destination(spec: str) -> None:
    assert SERVICE_LOGS.read(spec) == ()


def test_urls_come_as_the_fields_of_a_struct_or_as_text() -> None:
    spelled = {"scheme": "udp", "host": "10.0.0.1:514", "path": "", "user": None}
    spec = yaml.safe_dump({"destinations": [spelled, "tcp://[fd00::1]:6000/"]})
    assert KERNEL_LOGS.read(spec) == ("udp://10.0.0.1:514", "tcp://[fd00::1]:6000/")
    assert KERNEL_LOGS.read("destinations: []") == ()
