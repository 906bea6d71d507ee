from __future__ import annotations

from pathlib import Path

import pytest

from tests.config.test_reader import WHOLE, mistakes, written
from tui.config import Silences, SilenceTemplate, load
from tui.model.silence import Matcher

CLUSTERS = '[clusters.prod]\ncontext = "prod"\n'


def templated(lines: str) -> str:
    return f"{CLUSTERS}[silences.templates.t]\n{lines}"


def test_templates_are_read_in_their_order(tmp_path: Path) -> None:
    text = f"""{CLUSTERS}
[silences]
author = "ops"
[silences.templates.reboot]
matchers = ['alertname=~"A|B"', "cluster=prod"]
duration = "2h"
comment = "planned"
[silences.templates.weekend]
matchers = ['severity!="critical"']
duration = "monday 08:00"
"""
    assert load(written(tmp_path, text)).silences == Silences(
        "ops",
        (
            SilenceTemplate(
                "reboot",
                (Matcher("alertname", "A|B", True), Matcher("cluster", "prod")),
                "2h",
                "planned",
            ),
            SilenceTemplate(
                "weekend",
                (Matcher("severity", "critical", is_equal=False),),
                "monday 08:00",
            ),
        ),
    )


def test_no_table_means_no_templates(tmp_path: Path) -> None:
    (tmp_path / "kube").touch()
    assert load(written(tmp_path, WHOLE)).silences == Silences()


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ('duration = "1h"', "needs matchers"),
        ('matchers = ["a=b"]', "needs a duration"),
        ('matchers = ["a"]\nduration = "1h"', "a: write name="),
        ('matchers = [\'a=~"("\']\nduration = "1h"', "no regular expression"),
        ('matchers = [\'a=~".*"\']\nduration = "1h"', "matches an alert without"),
        ('matchers = []\nduration = "1h"', "at least one matcher"),
        ('matchers = ["a=b"]\nduration = "soon"', "neither a duration"),
        ('matchers = ["a=b"]\nduration = "1h"\ncoment = "x"', "did you mean comment?"),
    ],
)
def test_a_template_that_cannot_be_used_is_refused_in_words(
    tmp_path: Path, lines: str, words: str
) -> None:
    (found,) = mistakes(tmp_path, templated(lines))
    assert words in found
    assert "silences.templates.t" in found
