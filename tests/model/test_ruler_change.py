"""The rules that are proposed: that they see what stands beside them, and no less."""

from __future__ import annotations

import re

import yaml

from tui.model.log import Entry
from tui.model.pipeline import NodePipeline, Pipeline
from tui.model.ruler_change import KNOWN, LINES, rules
from tui.model.shipping_change import node_patch, safe
from tui.triage.log_rule import seen

WAY = Pipeline("prod", (), (), selector='{job="talos-kernel"}')
MARK = re.compile(r"^\s*# (sees|new): (.*)$")


def files() -> dict[str, str]:
    found: dict[str, str] = yaml.safe_load(rules(WAY).text)["data"]
    return found


def expressions(name: str) -> dict[str, str]:
    (group,) = yaml.safe_load(files()[name])["groups"]
    return {rule["alert"]: rule["expr"] for rule in group["rules"]}


def sees(expression: str, line: str) -> bool:
    entry = Entry(0, {"job": "talos-kernel"}, line)
    found = seen(expression, entry)
    assert found is not None
    return found


def proofs(name: str) -> list[tuple[str, str, str]]:
    """Rule, mark and line of every proof in a file."""
    found, rule = [], ""
    for text in files()[name].splitlines():
        if "- alert: " in text:
            rule = text.split(": ")[1]
        if mark := MARK.match(text):
            found.append((rule, mark[1], mark[2]))
    return found


def test_every_line_beside_a_rule_is_seen_by_it_as_loki_would() -> None:
    for name in ("talos.yml", "kernel.yml"):
        known = expressions(name)
        told = proofs(name)
        assert told
        assert all(sees(known[rule], line) for rule, _, line in told)


def test_new_lines_are_those_that_the_two_miss() -> None:
    two = expressions("talos.yml")
    assert set(two) == {each.name for each in KNOWN}
    for _, mark, line in proofs("kernel.yml"):
        is_missed = not any(sees(expression, line) for expression in two.values())
        assert is_missed is (mark == "new"), line


def test_every_line_of_the_proof_is_seen_by_some_better_rule() -> None:
    better = expressions("kernel.yml").values()
    assert [x for x in LINES if not any(sees(rule, x) for rule in better)] == []


def test_before_1_6_the_kernel_s_log_takes_an_argument_of_the_kernel() -> None:
    node = NodePipeline("wk", "10.0.0.4", "v1.5.5", ())
    patch = yaml.safe_load(node_patch(WAY, node).text)
    (argument,) = patch["machine"]["install"]["extraKernelArgs"]
    assert argument == "talos.logging.kernel=tcp://10.0.0.4:30600/"


def test_only_what_is_missing_is_patched() -> None:
    node = NodePipeline("wk", "fd00::4", "v1.11.2", ())
    kernel = yaml.safe_load(node_patch(WAY, node, "kernel").text)
    assert kernel["url"] == "tcp://[fd00::4]:30600/"
    services = yaml.safe_load(node_patch(WAY, node, "services").text)
    assert set(services["machine"]) == {"logging"}


def test_a_name_from_outside_never_leaves_the_folder() -> None:
    assert "/" not in safe("../../etc/passwd")
    assert safe("..") == "unnamed"
    node = NodePipeline("../x", "10.0.0.4", "v1.11.2", ())
    assert node_patch(WAY, node).file == "prod/talos/-x.yaml"
