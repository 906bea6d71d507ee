from __future__ import annotations

import re
from pathlib import Path

from tests.model.kernel_lines import TROUBLE
from tui.model.kernel import classify
from tui.model.kernel_catalogue import CATALOGUE
from tui.triage import document, kernel_document, review_document

DOCS = Path(__file__).parents[2] / "docs"


def test_the_page_is_what_the_rules_say() -> None:
    assert (DOCS / "triage.md").read_text(encoding="utf-8") == document.document()


def test_the_review_is_described_as_its_checks_say() -> None:
    page = (DOCS / "review.md").read_text(encoding="utf-8")
    assert page == review_document.document()


def test_the_kernel_errors_are_described_as_the_catalogue_has_them() -> None:
    page = (DOCS / "kernel-errors.md").read_text(encoding="utf-8")
    assert page == kernel_document.document()


def seen_by(line: str) -> str:
    """Which of the two rules of the usual setup takes a line in."""
    if "parent transid verify failed" in line:
        return kernel_document.BTRFS
    daemon = re.search(r"(?i)(iscsid|iscsi).*(error|failed|timeout|lost)", line)
    return kernel_document.ISCSI if daemon else ""


def test_what_the_page_says_of_the_two_rules_is_so_of_real_lines() -> None:
    seen: dict[str, set[str]] = {}
    for line, _ in TROUBLE:
        sign = classify(line)
        assert sign is not None
        seen.setdefault(sign.meaning, set()).add(seen_by(line))
    for each in CATALOGUE:
        said = kernel_document.SEEN.get(each.meaning, "")
        real = seen.get(each.meaning, {""})
        if said.endswith("most of them"):
            assert real == {"", kernel_document.ISCSI}
        else:
            assert real == {said}, each.meaning
