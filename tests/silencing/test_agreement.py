from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from tests.estate import make_silence
from tests.judged import NOW, ago
from tui.model.alertmanager import Peer, Told
from tui.model.fault import Fault, FaultKind
from tui.model.silence import Silence, SilenceState
from tui.silencing.agreement import disagreements, merged

OLD = replace(make_silence(), id="old", updated_at=ago(hours=1))
FRESH = replace(
    OLD, id="fresh", ends_at=OLD.ends_at + timedelta(hours=9), updated_at=ago(seconds=5)
)
DOWN = Fault(FaultKind.UNREACHABLE, "refused")


def told(url: str, *silences: Silence, fault: Fault | None = None) -> Told:
    return Told(Peer(url, fault), silences)


def test_the_newest_version_of_each_silence_counts() -> None:
    later = replace(OLD, comment="changed", updated_at=ago(minutes=1))
    assert merged([told("a", OLD), told("b", later, FRESH)]) == (later, FRESH)


def test_a_silence_that_a_peer_lacks_is_a_disagreement_after_a_grace() -> None:
    (found,) = disagreements([told("a", OLD, FRESH), told("b")], NOW)
    assert (found.silence, found.having, found.lacking) == (OLD, ("a",), ("b",))


def test_an_older_version_is_a_disagreement_too() -> None:
    later = replace(
        OLD, ends_at=OLD.ends_at + timedelta(hours=1), updated_at=ago(minutes=5)
    )
    (found,) = disagreements([told("a", OLD), told("b", later), told("c", later)], NOW)
    assert (found.silence, found.lacking) == (later, ("a",))


def test_a_peer_that_did_not_answer_disagrees_with_nobody() -> None:
    assert disagreements([told("a", OLD), told("b", fault=DOWN)], NOW) == ()


def test_what_is_over_need_not_be_known() -> None:
    over = replace(OLD, state=SilenceState.EXPIRED)
    assert disagreements([told("a", over), told("b")], NOW) == ()


def test_a_peer_that_still_mutes_what_is_over_is_named() -> None:
    over = replace(OLD, state=SilenceState.EXPIRED, updated_at=ago(minutes=5))
    (found,) = disagreements([told("a", over), told("b", OLD)], NOW)
    assert found.lacking == ("b",)
