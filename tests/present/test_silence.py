from __future__ import annotations

from tests.judged import btrfs_alert, false_proxy
from tui.present import silence
from tui.present.glyphs import UNICODE
from widgets.values import Tone


def test_the_comment_is_known_only_for_false_positives() -> None:
    assert silence.comment_for(false_proxy("prod", 4)).startswith("False positive: ")
    assert silence.comment_for(btrfs_alert()) == ""


def test_hiding_a_real_alert_is_the_first_thing_said_and_names_it() -> None:
    lines = silence.effect((btrfs_alert(),), btrfs_alert(), UNICODE)
    assert lines[0][0].tone is Tone.CRITICAL
    assert "BTRFSCorruptionDetected in prod" in lines[0][0].text


def test_missing_the_alert_it_was_made_for_is_said() -> None:
    lines = silence.effect((false_proxy("agentic", 1),), btrfs_alert(), UNICODE)
    assert any("does not cover" in line[0].text for line in lines)
