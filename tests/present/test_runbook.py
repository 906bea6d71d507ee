from __future__ import annotations

import pytest

from tests.yardstick import best_ms
from tui.present import runbook
from tui.triage.registry import GENERAL, RULES
from tui.triage.rule import Rule
from widgets.values import Line, Span, Tone


def text(line: Line) -> str:
    return "".join(span.text for span in line)


def test_a_heading_has_a_tone_and_no_marks() -> None:
    ((line, indent),) = runbook.page("## Title ##")
    assert (line, indent) == ((Span("Title", Tone.ACCENT, bold=True),), 0)
    assert runbook.page("### Part")[0][0] == (Span("Part", Tone.TEXT, bold=True),)


@pytest.mark.parametrize(
    ("item", "indent"), [("1. first", 3), ("10. tenth", 4), ("- a", 2), ("  * b", 4)]
)
def test_what_is_wrapped_of_an_item_continues_below_its_text(
    item: str, indent: int
) -> None:
    ((line, found),) = runbook.page(f"x\n\n{item}\n   goes on")[2:]
    assert found == indent
    assert text(line).endswith("goes on")


def test_code_keeps_its_lines_and_its_indent() -> None:
    page = runbook.page("Do:\n```yaml\na:\n  b: 1\n```\nDone.")
    assert [text(line) for line, _ in page] == ["Do:", "  a:", "    b: 1", "Done."]
    assert page[1][0][0].tone is Tone.ACCENT


def test_a_link_tells_where_it_leads() -> None:
    (line, _), *_ = runbook.page("see [the page](https://x.example/p) and *this*")
    assert text(line) == "see the page (https://x.example/p) and this"
    assert line[-1].bold


def test_marks_that_are_not_closed_stay_as_they_are() -> None:
    for odd in ("`open", "**open", "2 * 3 * 4", "[x]", "[x](a b)", "*", "``"):
        assert text(runbook.page(f"x {odd}")[0][0]) == f"x {odd}"


def test_what_was_broken_to_fit_a_page_is_joined_again() -> None:
    page = runbook.page("one\ntwo\n\nthree\n| a | b |\n| c | d |")
    assert [text(line) for line, _ in page] == [
        "one two",
        "",
        "three",
        "| a | b |",
        "| c | d |",
    ]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_rule_of_ours_has_a_page_that_reads_well(rule: Rule) -> None:
    page = runbook.page(rule.runbook)
    assert page[0][0][0].bold
    words = " ".join(text(line) for line, _ in page)
    assert len(words) > 100
    assert "`" not in words
    assert "**" not in words


@pytest.mark.parametrize(
    "rule",
    [rule for rule in RULES if rule.id.startswith("target-")],
    ids=lambda rule: rule.id,
)
def test_a_target_that_is_down_has_steps_and_the_key_that_makes_them(
    rule: Rule,
) -> None:
    assert "1. " in rule.runbook
    assert "`w`" in rule.runbook


def test_a_false_positive_says_which_key_leads_to_its_monitor() -> None:
    false = [rule for rule in RULES if rule.job]
    assert false
    assert all("`D`" in rule.runbook for rule in false)


def test_what_no_rule_covers_has_a_page_too() -> None:
    assert text(runbook.page(GENERAL)[0][0]) == "No rule covers this alert"


@pytest.mark.parametrize("mark", ["[", "[a](", "`", "*", "**a", "[a](b"])
def test_a_page_of_nothing_but_marks_is_read_once(mark: str) -> None:
    assert best_ms(lambda: runbook.page(mark * 20_000), times=2) < 250


def test_of_an_endless_page_the_beginning_is_shown_and_the_rest_counted() -> None:
    *_, (line, _) = runbook.page("word\n\n" * 100_000)
    assert text(line) == "and 534,464 more characters"
