"""The names of a node's views, each with its key and the trouble that waits in it."""

from __future__ import annotations

from datetime import datetime

from tui.model.fleet import Cluster, NodeView
from tui.model.review import CheckState
from tui.present import etcd, nodes
from tui.present.glyphs import Marks
from widgets.values import Line, Span, Tone

TABS = ("services", "dmesg", "resources", "etcd", "review")


def tab_line(
    current: str, cluster: Cluster, node: NodeView, now: datetime, marks: Marks
) -> Line:
    """`1 services ▲ 1  2 dmesg  3 resources …`, the view in front in bold."""
    spans: list[Span] = [Span(" ")]
    for number, name in enumerate(TABS, 1):
        is_current = name == current
        tone = Tone.ACCENT if is_current else Tone.TEXT
        spans.append(Span(f"{number} ", Tone.QUIET))
        shown = f"[{name}]" if is_current else name
        spans.append(Span(shown, tone, bold=is_current))
        spans += _news(name, cluster, node, now, marks)
        spans.append(Span("   "))
    return tuple(spans)


def _news(
    name: str, cluster: Cluster, node: NodeView, now: datetime, marks: Marks
) -> Line:
    """How many things in a view need a person."""
    number, tone = _trouble(name, cluster, node, now, marks)
    if not number:
        return ()
    glyph = marks.real if tone is Tone.CRITICAL else marks.degraded
    return (Span(f" {glyph} {number}", tone),)


def _trouble(
    name: str, cluster: Cluster, node: NodeView, now: datetime, marks: Marks
) -> tuple[int, Tone]:
    match name:
        case "services":
            return len(nodes.service_counts(node)[1]), Tone.WARNING
        case "dmesg":
            errors = [each for each in node.kernel if each.severity == "error"]
            recent = [each for each in errors if (now - each.last).days == 0]
            return sum(each.count for each in recent), Tone.CRITICAL
        case "etcd":
            every = etcd.members(cluster)
            told = any(each.etcd for each in every)
            bad = [etcd.sign(each, every, marks).tone for each in every if told]
            return sum(tone is Tone.CRITICAL for tone in bad), Tone.CRITICAL
        case "review":
            failed = [each.state is CheckState.FAILED for each in cluster.review]
            return sum(failed), Tone.CRITICAL
    return 0, Tone.QUIET
