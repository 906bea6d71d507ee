"""Rules for Loki's ruler, made of the kernel catalogue: what it knows, they see."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from tui.model.kernel_catalogue import CATALOGUE, KernelClass

# The message begins the line, or the body of json_lines, in which it is a field. Where
# the kernel log is shipped as a service's, a record of dmesg begins the message.
_BEGIN = r'(?:^|"msg":")\s*(?:\w+: +\w+: \[[^\]]*\]: )?\s*'
_SEVERITY = {"error": "critical", "warning": "warning"}
_CAPITALISED = {"block", "hang", "kernel", "link"}


class ProposedRule(Struct, frozen=True, gc=False):
    """A rule over the lines of one family."""

    name: str
    severity: str
    """`error` or `warning`, as the catalogue has it."""
    classes: tuple[KernelClass, ...]

    @property
    def pattern(self) -> str:
        """RE2, for a line filter."""
        return f"{_BEGIN}(?:{'|'.join(each.pattern for each in self.classes)})"

    def expression(self, selector: str, by: str) -> str:
        """LogQL: more than none of its lines in five minutes, counted by a label."""
        count = f"count_over_time({selector} |~ `{self.pattern}` [5m])"
        return f"sum by ({by}) ({count}) > 0"


def proposed() -> tuple[ProposedRule, ...]:
    """One rule for the errors of each family, one for all warnings."""
    kinds = dict.fromkeys(each.kind for each in CATALOGUE if each.severity == "error")
    return (*(_of(kind, "error") for kind in kinds), _of("", "warning"))


def proposed_for(kind: str, severity: str) -> ProposedRule:
    """The rule that sees the lines of a family and severity."""
    return _of(kind if severity == "error" else "", severity)


def line_filter(kind: str, severity: str = "") -> str:
    """A LogQL stage for the lines of a family and severity, of all without a name.

    Empty where the catalogue has none.
    """
    classes = tuple(
        each
        for each in CATALOGUE
        if kind in {"", each.kind} and severity in {"", each.severity}
    )
    return f"|~ `{ProposedRule('', severity, classes).pattern}`" if classes else ""


def _of(kind: str, severity: str) -> ProposedRule:
    """The rule for a family; for all of them when it has no name."""
    classes = tuple(
        each
        for each in CATALOGUE
        if each.severity == severity and kind in {"", each.kind}
    )
    family = kind.capitalize() if kind in _CAPITALISED else kind.upper()
    return ProposedRule(f"Kernel{family}{severity.capitalize()}", severity, classes)


def manifest(rules: Iterable[ProposedRule], selector: str, by: str) -> str:
    """A rules file of Loki's ruler, YAML.

    selector    the stream selector of the kernel logs
    by          the label that names the node
    """
    lines = ["groups:", "  - name: kernel", "    interval: 1m", "    rules:"]
    for rule in rules:
        # A block scalar takes the expression as it is: nothing in it needs a quote.
        lines += [
            f"      - alert: {rule.name}",
            "        expr: |-",
            f"          {rule.expression(selector, by)}",
            "        labels:",
            f"          severity: {_SEVERITY[rule.severity]}",
            "        annotations:",
            f'          summary: "{_summary(rule)} on {{{{ $labels.{by} }}}}"',
        ]
    return "\n".join((*lines, ""))


def _summary(rule: ProposedRule) -> str:
    """What it sees, in a few words."""
    if rule.severity == "warning":
        return "kernel warnings of storage, memory or links"
    return f"kernel errors of {rule.classes[0].kind}"
