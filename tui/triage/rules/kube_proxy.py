"""KubeProxyDown, and TargetDown of that job, where Cilium replaces kube-proxy."""

from __future__ import annotations

from msgspec.structs import replace

from tui.model.alert import Verdict
from tui.model.declared import Where
from tui.model.kube import ConfigMap, DaemonSet, NodeSettings, Pod
from tui.model.question import (
    CiliumNodeConfigs,
    ConfigMapOf,
    DaemonSetsWith,
    PodsWith,
)
from tui.triage.case import Case
from tui.triage.on_nodes import LEASE_BLIND_SPOT, RESTART_BLIND_SPOT, ready_pods
from tui.triage.rule import Claim, Rule, Ruling, fails, holds, unclear
from tui.triage.rules.component import (
    AT_THE_SOURCE,
    fixes,
    none_answers,
    none_is_met,
    own_scope,
    target_scope,
)

JOB = "kube-proxy"
CONFIG = ConfigMapOf("kube-system", "cilium-config")
OF_NODES = CiliumNodeConfigs("kube-system")
AGENTS = PodsWith("kube-system", "k8s-app=cilium")
PROXY_PODS = PodsWith("kube-system", "k8s-app=kube-proxy")
PROXY_SETS = DaemonSetsWith("kube-system", "k8s-app=kube-proxy")

KEY = "kube-proxy-replacement"
# "strict" is the word of Cilium before 1.14; "partial" and "probe" leave work undone.
_ON = frozenset({"true", "strict"})
_READ = frozenset(
    {
        *("config-map:cilium-config", "config-map:kube-system/cilium-config"),
        *("cilium-node-config", "cilium-node-config:kube-system"),
    }
)
"""Where an agent may have its settings from: these are read here too."""


def _replacement_on(case: Case) -> Ruling:
    config: ConfigMap = case.value(CONFIG)
    setting = config.data.get(KEY)
    if setting is None:
        return unclear(f"{CONFIG.name} does not say {KEY}")
    of_nodes: tuple[NodeSettings, ...] = case.value(OF_NODES)
    for each in of_nodes:
        own = each.data.get(KEY, setting)
        if (own in _ON) is not (setting in _ON):
            return unclear(f"{each.name} sets {KEY} to {own!r} on some nodes")
    if setting not in _ON:
        return fails(f"Cilium does not replace it: {KEY} is {setting!r}")
    if doubt := _runs_otherwise(case):
        return unclear(doubt)
    return holds(f"{KEY} is {setting!r}")


def _runs_otherwise(case: Case) -> str:
    """Why the agents may run with other settings than are told; empty when they do not.

    An agent reads its settings when its pod starts, and never again.
    """
    config: ConfigMap = case.value(CONFIG)
    of_nodes: tuple[NodeSettings, ...] = case.value(OF_NODES)
    agents: tuple[Pod, ...] = case.value(AGENTS)
    for name, at in (
        (CONFIG.name, config.changed_at),
        *((each.name, each.changed_at) for each in of_nodes),
    ):
        if at is None:
            return f"{name} does not say when it was changed"
        for pod in agents:
            if pod.created_at is None or pod.created_at < at:
                return (
                    f"{name} was changed at {at:%Y-%m-%d %H:%M} UTC, after "
                    f"{pod.name} started: what it runs with is not known"
                )
    # A second DaemonSet has settings of its own, under the same label.
    if len({pod.owner for pod in agents}) > 1:
        return "the agents are not all of one DaemonSet: nor need settings be"
    for pod in agents:
        for each in pod.settings:
            if not _is_usual(each):
                return f"{pod.name} has settings of its own: {each}"
    return ""


def _is_usual(setting: str) -> bool:
    """Whether it leaves things as they are told where we look."""
    name, _, value = setting.partition("=")
    if name == "--source":
        return all(each in _READ for each in value.split(","))
    return value in _ON


def _no_proxy(case: Case) -> Ruling:
    pods: tuple[Pod, ...] = case.value(PROXY_PODS)
    sets: tuple[DaemonSet, ...] = case.value(PROXY_SETS)
    if sets:
        return fails(f"a DaemonSet {sets[0].name} exists, so kube-proxy is wanted")
    if pods:
        return fails(f"a kube-proxy pod exists: {pods[0].name}")
    return holds("neither pods nor a DaemonSet")


_RUNBOOK = f"""\
## kube-proxy is down, says Prometheus

On Talos with Cilium there is no kube-proxy on purpose: Cilium's agents do its work in
eBPF. The alert asks for a scrape target that cannot exist.

**It is real** as soon as Cilium does not do that work on every node:

1. `kubectl -n kube-system get pods -l k8s-app=cilium -o wide`: one Ready agent a node?
2. `kubectl -n kube-system logs <agent> --tail=50` for the one that is not.
3. `kubectl -n kube-system exec <agent> -- cilium-dbg status --brief`.
4. `kubectl -n kube-system get cm cilium-config -o yaml`: is `kube-proxy-replacement`
   still `"true"`?

While an agent is down, services on that node keep the last state of the datapath: what
is new or has moved is not reached from there.

{AT_THE_SOURCE}"""

_RULE = Rule(
    id="kube-proxy-replaced",
    title="kube-proxy is replaced by Cilium",
    covers=(own_scope("KubeProxyDown", JOB),),
    verdict=Verdict.FALSE_POSITIVE,
    reason="Cilium replaces it",
    claims=(
        ready_pods(
            "every node has a Running and Ready Cilium agent",
            Where.EVERY_NODE,
            AGENTS,
            "Cilium agent",
        ),
        Claim(
            "Cilium is set to replace kube-proxy, since before its agents started",
            (CONFIG, OF_NODES, AGENTS),
            _replacement_on,
        ),
        Claim("no kube-proxy is installed", (PROXY_PODS, PROXY_SETS), _no_proxy),
    ),
    job=JOB,
    runbook=_RUNBOOK,
    fixes=fixes("kubeProxy", JOB),
    would_change=(
        "A Cilium agent that is missing or not Ready, kube-proxy-replacement off, "
        "a kube-proxy pod or DaemonSet, a target of its job that answers, or an "
        "inventory that expects the job."
    ),
    blind_spots=(
        "An agent that is Ready but programs the datapath wrongly.",
        "Any change of the ConfigMap, or of a CiliumNodeConfig, after an agent started "
        "makes it undecided, even one of another setting.",
        "Settings that an agent has from annotations of its node, or from a "
        "CiliumNodeConfig that was deleted since.",
        "A kube-proxy under another label or in another namespace that Prometheus does "
        "not scrape.",
        "A node that is not Ready makes it undecided, not real: its agent may be "
        "well. The node has a finding of its own.",
        LEASE_BLIND_SPOT,
        RESTART_BLIND_SPOT,
    ),
)

RULES = (
    replace(_RULE, claims=(*_RULE.claims, none_is_met(JOB, is_gone=True))),
    replace(
        _RULE,
        id="kube-proxy-target-replaced",
        title="kube-proxy's targets are down: Cilium replaces it",
        covers=(target_scope(JOB),),
        claims=(*_RULE.claims, none_answers(JOB, is_gone=True)),
    ),
)
