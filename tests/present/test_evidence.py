"""What is known of an alert, as lines."""

from __future__ import annotations

from tui.present import evidence


def test_line_breaks_of_an_annotation_stay_and_its_values_stand_in_one_column() -> None:
    told = evidence.pairs(
        {"job": "x", "severity": "none"},
        {"description": "It works.\nThis alert is always firing.\n", "empty": ""},
    )
    lines = ["".join(span.text for span in line) for line, _ in told]
    assert lines == [
        "job          x",
        "severity     none",
        "",
        "description  It works.",
        "             This alert is always firing.",
        "empty        ",
    ]
    assert {indent for line, indent in told if line} == {13}
