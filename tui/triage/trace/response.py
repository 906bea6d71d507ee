"""What the runbook says to do about a volume that is not to be trusted.

It is to be copied and read; nothing here is ever run.
"""

from __future__ import annotations

from collections.abc import Iterable
from shlex import quote

from msgspec.structs import replace

from tui.model.log import LogFinding
from tui.model.trace import Certainty, Stage, Trace, Victim
from tui.triage.trace.case import device_of

_MOST = 2
"""Names that are told of each kind."""
_DELETES = "Its data goes with the claim: is there a backup?"
_KEEPS = "Its data stays in the old volume: clear that by hand."


def commands(trace: Trace, context: str) -> str:
    """Commands of kubectl for every claim that the device may be; empty for none.

    context     of the kubeconfig; empty for the current one
    """
    parts = [_of(trace, victim, context) for victim in trace.victims]
    if trace.certainty is not Certainty.PROVEN and parts:
        many = "ONE OF these, or none" if len(parts) > 1 else "NOT PROVEN"
        parts[0] = f"# {many}: look at the trace first.\n{parts[0]}"
    return "\n".join(parts)


def hurting(
    found: Iterable[LogFinding], traces: Iterable[Trace]
) -> tuple[LogFinding, ...]:
    """The findings with what is behind their devices, where that is known."""
    known = {
        (trace.node, name): hurt
        for trace in traces
        if (hurt := hurts(trace))
        for name in (trace.device, *trace.aliases)
    }
    return tuple(
        replace(each, hurts=known.get((each.node, device_of(each) or ""), ""))
        for each in found
    )


def hurts(trace: Trace) -> str:
    """Claims and pods in a few words; empty when no claim is known."""
    claim, pods = trace.step(Stage.CLAIM), trace.step(Stage.POD)
    if claim is None or not claim.names:
        return ""
    many = "one of " if len(claim.names) > 1 else "maybe "
    unsure = many if claim.certainty is Certainty.MAYBE else ""
    names = [name.rpartition("/")[2] for name in (pods.names if pods else ())]
    told = f", pod {', '.join(names[:_MOST])}" if names else ""
    return f"{unsure}{', '.join(claim.names[:_MOST])}{told}"


def _of(trace: Trace, victim: Victim, context: str) -> str:
    where = f"--context {quote(_clean(context))} " if context else ""
    kubectl = f"kubectl {where}-n {quote(_clean(victim.namespace))}"
    claim = quote(_clean(victim.claim))
    pods = [quote(_clean(pod)) for pod in victim.pods]
    lines = [
        f"# {_clean(trace.node)} {_clean(trace.device)}: claim "
        f"{_clean(victim.namespace)}/{_clean(victim.claim)}",
        "# 1. Let its pods start anew: that mounts the volume again.",
        *(f"{kubectl} delete pod {pod}" for pod in pods),
        "# 2. If the errors go on: make claim and volume anew.",
        f"#    {_DELETES if victim.reclaim == 'Delete' else _KEEPS}",
        f"{kubectl} delete pvc {claim} --wait=false",
        *(f"{kubectl} delete pod {pod}" for pod in pods),
    ]
    return "\n".join((*lines, ""))


def _clean(text: str) -> str:
    """Names come from outside, and this is pasted into a shell: none is an option."""
    return "".join(each for each in text if each.isprintable()).lstrip("-")
