"""Reads the operator's own rules, and refuses those that would clear without proof."""

from __future__ import annotations

from tui.config.claims import claims
from tui.config.endpoint import Place
from tui.config.paths import is_file
from tui.config.table import Table
from tui.model.alert import Verdict
from tui.model.declared import FIRM_ALERTS, DeclaredRule
from tui.model.re2 import compiled
from tui.model.silence import Matcher
from tui.silencing.grammar import parse_matchers, refusal, tried

_CLEARING = (Verdict.FALSE_POSITIVE, Verdict.BY_DESIGN)
_VERDICTS = {each.value: each for each in (*_CLEARING, Verdict.REAL)}
_NAMES = compiled(r"[\w:-]+(\|[\w:-]+)*")


def rules(table: Table, place: Place) -> tuple[DeclaredRule, ...]:
    """All rules of the operator, in the order of the file."""
    return tuple(_rule(name, each, place) for name, each in table.tables())


def _rule(name: str, table: Table, place: Place) -> DeclaredRule:
    verdict = table.parsed("verdict", _verdict)
    rule = DeclaredRule(
        name=name,
        matchers=table.parsed("match", _matchers) or (),
        verdict=verdict or Verdict.REAL,
        reason=table.text("reason"),
        claims=claims(table),
        runbook=_runbook(table, place),
        fixes=_fixes(table),
        would_change=table.text("would_change"),
    )
    for key in ("match", "verdict", "reason"):
        if key not in table:
            table.problems.note(table.path, f"needs {key}")
    if verdict is Verdict.REAL and "claims" in table:
        table.wrong("claims", "real needs no proof: leave them out")
    elif verdict in _CLEARING:
        _check_clearing(table, rule)
    table.finish()
    return rule


def _check_clearing(table: Table, rule: DeclaredRule) -> None:
    """Refuse what would call alerts false, or meant to be, without any proof of it."""
    word = rule.verdict.value
    names = _names(rule.matchers)
    if rule.matchers and not names:
        table.wrong(
            "match",
            f'a rule that says {word} must name its alerts: alertname="A", or '
            'alertname=~"A|B"',
        )
    for firm in sorted(names & set(FIRM_ALERTS)):
        table.wrong("match", f"{firm} is the kernel's own word: it is always real")
    listed = table.listed("claims")
    if not listed:
        table.problems.note(
            table.path,
            f"would say {word} without any proof: give it claims, as "
            f"[[rules.{rule.name}.claims]], or the verdict real",
        )
    elif len(rule.claims) == len(listed) and not any(
        each.is_positive for each in rule.claims
    ):
        table.wrong(
            "claims",
            "say only what is not there, or what the inventory says: a misspelt name "
            "would prove that too. Add one that a server must confirm",
        )


def _names(matchers: tuple[Matcher, ...]) -> set[str]:
    """The names of the alerts, when they are listed letter by letter."""
    for each in matchers:
        is_list = not each.is_regex or _NAMES.matches(each.value)
        if each.name == "alertname" and each.is_equal and each.value and is_list:
            return set(each.value.split("|")) if each.is_regex else {each.value}
    return set()


def _verdict(text: str) -> Verdict:
    """raise   ValueError with a sentence"""
    if text not in _VERDICTS:
        raise ValueError(f"is no verdict of a rule; known are {', '.join(_VERDICTS)}")
    return _VERDICTS[text]


def _matchers(text: str) -> tuple[Matcher, ...]:
    """raise   ValueError with a sentence"""
    found = parse_matchers(text)
    if reason := refusal(found):
        raise ValueError(reason)
    for each in found:
        if tried(each, {}) is None:
            raise ValueError(f"{each.name}: only Alertmanager can try {each.value}")
    return found


def _runbook(table: Table, place: Place) -> str:
    """Its own text, or that of a file."""
    text, file = table.text("runbook"), place.file(table, "runbook_file")
    if "runbook" in table and "runbook_file" in table:
        table.wrong("runbook_file", "there is a runbook too: give one of the two")
    if file is None or not is_file(file):
        return text
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        table.wrong("runbook_file", f"cannot be read: {error}")
        return text


def _fixes(table: Table) -> tuple[str, ...]:
    """One fix, or several with the best first."""
    one, many = table.text("fix"), table.each("fixes", str)
    if "fix" in table and many is not None:
        table.wrong("fixes", "there is a fix too: give one of the two")
    return (one,) if one else many or ()
