from __future__ import annotations

from msgspec.structs import replace

from tests.estate import prod
from tests.judged import NOW, ago, make_alert
from tui.model.alert import Concealed, Judgement, Surprise, Verdict, rank
from tui.present import alerts, standing
from tui.present.glyphs import UNICODE
from widgets.values import Line

REAL = Judgement(Verdict.REAL, "it is down")
UNSURE = Judgement(Verdict.UNDECIDED, "nobody knows")


def text_of(line: Line) -> str:
    return "".join(span.text for span in line)


def test_what_somebody_silenced_comes_last_of_its_verdict() -> None:
    loud = make_alert("Loud", "prod", REAL, ago(days=9), severity="warning")
    known = make_alert("Known", "prod", REAL, ago(minutes=1), silenced_by=("a",))
    unsure = make_alert("Unsure", "prod", UNSURE, ago(minutes=1))
    ranked = sorted((known, unsure, loud), key=rank)
    assert [each.alert.name for each in ranked] == ["Loud", "Known", "Unsure"]


def test_real_findings_stand_before_what_is_real_and_silenced() -> None:
    real, unsure = prod().findings[:1], prod().findings[1:2]
    unsure = (replace(unsure[0], verdict=Verdict.UNDECIDED),)
    loud = make_alert("Loud", "prod", REAL, ago(days=9))
    known = make_alert("Known", "prod", REAL, ago(minutes=1), silenced_by=("a",))
    news = make_alert("News", "prod", REAL, ago(minutes=1), silenced_by=("a",))
    news = replace(news, concealed=Concealed(Surprise.TURNED, NOW))
    listed = news, loud, known
    rows = alerts.AlertRows(UNICODE).rows(listed, (*unsure, *real), NOW)
    said = [row.cells[1].text for row in rows]
    assert said == ["News", "Loud", real[0].title, "Known", unsure[0].title]
    assert alerts.real_lines(rows) == sum(1 + len(row.details) for row in rows[:4])


def test_that_real_ones_are_silenced_is_told_before_how_many_are_false() -> None:
    known = make_alert("Known", "prod", REAL, ago(minutes=1), silenced_by=("a",))
    false = make_alert("False", "prod", Judgement(Verdict.FALSE_POSITIVE, ""), NOW)
    cluster = replace(prod(), findings=(), alerts=(*[known] * 1_200, false))
    said = text_of(alerts.heading(cluster, NOW, UNICODE))
    assert said == "1,200 real  1,200 silenced, 1,200 real  1 false"
    assert "1,200 REAL" in text_of(standing.cluster_words(cluster, NOW, UNICODE))
    cluster = replace(cluster, alerts=(replace(false, alert=known.alert), false))
    said = text_of(alerts.heading(cluster, NOW, UNICODE))
    assert said == "2 false  1 silenced"
