"""A trace in words: where it leads, and where it ends."""

from __future__ import annotations

from msgspec.structs import replace

from tests.triage.trace.scenes import (
    CASE,
    LATER,
    LINE,
    disk,
    mount,
    refused,
    told,
    with_storage,
)
from tui.model.fault import FaultKind
from tui.model.storage import NodeStorage
from tui.present import trace
from tui.present.glyphs import ASCII, UNICODE
from tui.triage.trace.follow import follow
from tui.triage.trace.response import hurts

WHOLE = follow(CASE)


def test_a_proven_chain_reads_at_a_glance() -> None:
    assert trace.text(WHOLE, UNICODE) == "sdc → media/films → jellyfin-0"
    assert trace.text(WHOLE, ASCII) == "sdc > media/films > jellyfin-0"
    assert hurts(WHOLE) == "media/films, pod jellyfin-0"


def test_what_is_not_proven_says_maybe() -> None:
    again = NodeStorage((disk(changed_at=LATER),), (), (mount("sdc"),))
    found = follow(with_storage(again))
    assert trace.text(found, UNICODE) == "sdc → maybe media/films → jellyfin-0"
    assert hurts(found) == "maybe media/films, pod jellyfin-0"


def test_a_chain_that_ends_says_why() -> None:
    no = refused(FaultKind.FORBIDDEN, "403")
    bare = NodeStorage((disk(),), (), ())
    case = replace(CASE, storage=told(bare), volumes=no, attachments=no, pods=no)
    text = trace.text(follow(case), UNICODE)
    assert text.startswith("sdc → can't tell: may not list ")
    assert hurts(follow(case)) == ""


def test_the_stages_stand_above_their_names() -> None:
    lines = trace.chain(WHOLE, UNICODE)
    above, below = ("".join(span.text for span in line) for line in lines)
    for stage, name in (("session", "session2"), ("pod", "jellyfin-0")):
        assert above.index(f" {stage}") == below.index(f" {name}")


def test_each_proof_has_its_source_and_its_age() -> None:
    items = trace.steps(WHOLE, LINE, UNICODE)
    assert [item.word for item in items if item.word] == [
        *("device", "session", "volume", "claim", "pod")
    ]
    assert all(item.source and item.age for item in items)
