from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.hidden import REASON
from tests.judged import NOW, ago
from tests.remembered import (
    BEGAN,
    ENDED,
    EPISODE,
    FALSE,
    GONE,
    NOTE,
    OLD_EPISODE,
    OTHERS,
    PROMPT,
    PROXY,
    REAL,
    SILENCED,
    TURNED,
    change,
)
from tui.model.change import Change, Silenced, Turned, What
from tui.model.silence import SilenceNote
from tui.present import change as words
from tui.present.glyphs import ASCII, UNICODE
from widgets.values import Line, Tone


def text(line: Line) -> str:
    return "".join(span.text for span in line)


@pytest.mark.parametrize(
    ("happened", "what", "why"),
    [
        (PROMPT, "began ✖ REAL", REASON),
        (
            BEGAN,
            "began",
            "first seen 2026-11-12 02:13, false then: Cilium replaces it",
        ),
        (TURNED, "false → ✖ REAL", f"{REASON} (kubernetes prod)"),
        (SILENCED, "⊘ silenced", "by ops until 05:13: False positive: Cilium"),
        (OTHERS[0], "silence ended", "of ops, another one covers it"),
        (OTHERS[1], "⊘ inhibited", "by NodeDown, etcdDown"),
        (OTHERS[2], "inhibited no more", ""),
        (ENDED, "ended", "after 24h, false at last"),
    ],
    ids=lambda each: type(each.what).__name__ if isinstance(each, Change) else "",
)
def test_what_happened_is_said_in_words(happened: Change, what: str, why: str) -> None:
    assert text(words.what(happened, UNICODE)) == what
    assert words.why(happened, NOW) == why.replace("24h", "1d")


def test_a_verdict_that_became_real_is_loud() -> None:
    assert words.what(TURNED, UNICODE)[-1].tone is Tone.CRITICAL


def test_the_piece_that_turned_it_is_told_when_the_reason_does_not() -> None:
    turned = Turned(
        FALSE, REAL, "it is real", "an agent is not ready", "kubernetes prod"
    )
    said = words.why(change(PROXY, NOW, turned), NOW)
    assert said == "it is real; an agent is not ready (kubernetes prod)"


@pytest.mark.parametrize(
    ("what", "said"),
    [
        (Silenced(SilenceNote("x")), "no Alertmanager lists the silence"),
        (Silenced(replace(NOTE, comment="", created_by="")), "by nobody until 05:13"),
        (Silenced(replace(NOTE, comment="a\n\tb")), "by ops until 05:13: a b"),
    ],
)
def test_what_is_not_known_of_a_silence_is_not_made_up(what: What, said: str) -> None:
    assert words.why(change(PROXY, NOW, what), NOW) == said


def test_times_of_today_have_seconds_and_others_a_date() -> None:
    assert words.short_when(TURNED, NOW) == "02:13:35"
    assert words.short_when(BEGAN, NOW) == "Oct 10 02:13"


def test_what_nobody_saw_happen_is_said_to_have_happened_before() -> None:
    assert words.short_when(ENDED, NOW) == "<Nov 19 02:13"
    assert words.doubt(ENDED) == (
        "at some time since 2026-11-18 21:13:47: nobody was looking"
    )
    assert words.doubt(TURNED) == ""


def timeline(*episodes: object) -> list[str]:
    known = [each for each in (EPISODE, OLD_EPISODE) if each in episodes]
    lines = words.timeline(PROXY, (), known, NOW, UNICODE)
    return [text(line) for line in lines]


def test_a_timeline_without_a_memory_tells_what_the_alert_says() -> None:
    first, sent, expires = timeline()
    assert first.startswith("2026-10-10 02:13:47  fires")
    assert sent.startswith("2026-11-21 02:13:27  last sent")
    assert expires == "expires in 3m unless sent again"


def test_a_timeline_tells_what_is_remembered_oldest_first() -> None:
    began, quiet, turned, sent, _ = timeline(EPISODE)
    assert began.startswith(
        "2026-10-10 02:13:47  began  6w ago  first seen 2026-11-12 02:13"
    )
    assert "⊘ silenced  " in quiet
    assert "ago  by ops until 05:13: False positive: Cilium" in quiet
    assert f"false → ✖ REAL  12s ago  {REASON} (kubernetes prod)" in turned
    assert "last sent" in sent


def test_where_changes_are_left_out_it_is_said_how_many() -> None:
    cut = replace(EPISODE, left_out=7)
    lines = [text(line) for line in words.timeline(PROXY, (), (cut,), NOW, UNICODE)]
    assert "began" in lines[0]
    assert lines[1] == "7 changes more"
    assert "silenced" in lines[2]


def test_earlier_episodes_stand_below_each_with_its_last_verdict() -> None:
    lines = timeline(EPISODE, OLD_EPISODE)
    head = lines.index("it fired before")
    assert lines[head - 1] == ""
    assert lines[head + 1].startswith(
        "2026-11-18 02:13:47  · false  3d ago  for 1d at most"
    )


def test_of_many_earlier_episodes_the_newest_are_told() -> None:
    many = tuple(
        replace(OLD_EPISODE, judged=replace(GONE, cluster=str(n))) for n in range(8)
    )
    lines = [text(line) for line in words.timeline(PROXY, (), many, NOW, UNICODE)]
    assert lines[-1] == "and 3 times more"


def test_an_episode_whose_end_nobody_knows_lasted_that_long_or_longer() -> None:
    lost = replace(OLD_EPISODE, ended=None, seen_at=ago(days=1))
    lines = [text(line) for line in words.timeline(PROXY, (), (lost,), NOW, UNICODE)]
    assert "for 2d or longer" in lines[-1]


def test_the_words_need_no_more_than_ascii() -> None:
    for each in (BEGAN, TURNED, SILENCED, ENDED, *OTHERS):
        assert text(words.what(each, ASCII)).isascii()
