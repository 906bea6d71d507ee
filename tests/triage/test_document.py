from __future__ import annotations

from pathlib import Path

from tui.triage import document, review_document

DOCS = Path(__file__).parents[2] / "docs"


def test_the_page_is_what_the_rules_say() -> None:
    assert (DOCS / "triage.md").read_text(encoding="utf-8") == document.document()


def test_the_review_is_described_as_its_checks_say() -> None:
    page = (DOCS / "review.md").read_text(encoding="utf-8")
    assert page == review_document.document()
