from __future__ import annotations

from pathlib import Path

from tui.triage.document import document

PAGE = Path(__file__).parents[2] / "docs" / "triage.md"


def test_the_page_is_what_the_rules_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == document()
