"""Which rule judges an alert is remembered, and nothing else of the alert."""

from __future__ import annotations

from weakref import ref

from tests.triage.cases import alert
from tui.triage.rulebook import Rulebook


class Word(str):
    """A text that one can see go."""

    __slots__ = ("__weakref__",)


def test_of_pods_that_are_gone_nothing_is_held() -> None:
    """They come by the thousand in weeks, and never again."""
    rules = Rulebook()
    pod = Word("app-7c9d8f5b6-x2x4z")
    gone = ref(pod)
    assert rules.rule_for(alert("KubePodCrashLooping", pod=pod)) is None
    del pod
    assert gone() is None
