"""What is told of a device when somebody does not answer, and what is copied."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from tests.triage.trace.scenes import (
    CASE,
    IQN,
    LATER,
    LINE,
    LONG_AGO,
    MAYBE,
    POD,
    UNKNOWN,
    disk,
    mount,
    refused,
    said,
    step,
    told,
    with_storage,
)
from tui.model.fault import FaultKind
from tui.model.log import LogFinding
from tui.model.question import ClaimsIn
from tui.model.question_beyond import StorageOf
from tui.model.reading import Reading
from tui.model.storage import (
    Attachment,
    Clue,
    Clues,
    Disk,
    Mounted,
    NodeStorage,
    Partition,
)
from tui.model.trace import Stage
from tui.triage.told import Told
from tui.triage.trace.case import device_of
from tui.triage.trace.follow import follow, questions
from tui.triage.trace.response import commands


def test_a_node_that_is_down_leaves_what_kubernetes_has_attached_to_it() -> None:
    down = refused(FaultKind.UNREACHABLE, "connection refused", "talos wk-1")
    two = (
        Attachment("pv-media", "wk-1", is_attached=True),
        Attachment("pv-other", "wk-1", is_attached=True),
        Attachment("pv-far", "wk-2", is_attached=True),
    )
    trace = follow(replace(CASE, storage=down, attachments=told(two)))
    assert step(trace, Stage.DEVICE).certainty is UNKNOWN
    assert "can't tell: connection refused" in said(trace, Stage.DEVICE)
    volume = step(trace, Stage.VOLUME)
    assert (volume.names, volume.certainty) == (("pv-media", "pv-other"), MAYBE)
    assert "one of 2 volumes" in said(trace, Stage.VOLUME)


def test_the_only_attached_volume_is_still_no_proof() -> None:
    down = refused(FaultKind.TIMEOUT, "no answer within 5 s", "talos wk-1")
    trace = follow(replace(CASE, storage=down))
    assert step(trace, Stage.VOLUME).certainty is MAYBE
    assert trace.certainty is UNKNOWN


def test_a_session_of_a_login_line_leads_to_the_volume_of_its_target() -> None:
    down = refused(FaultKind.UNREACHABLE, "connection refused", "talos wk-1")
    clue = Clue("wk-1", "login", "session2", IQN, LONG_AGO)
    clues = Clues({("wk-1", "login", "session2"): clue})
    trace = follow(replace(CASE, device="session2", storage=down, clues=clues))
    assert step(trace, Stage.VOLUME).names == ("pv-media",)
    assert step(trace, Stage.POD).names == ("media/jellyfin-0",)


@pytest.mark.parametrize("device", ["session2", "3:0:0:1"])
def test_a_session_and_an_address_lead_to_the_disk(device: str) -> None:
    trace = follow(replace(CASE, device=device))
    assert "sdc" in step(trace, Stage.DEVICE).names
    assert step(trace, Stage.POD).names == ("media/jellyfin-0",)


def test_a_session_of_two_disks_names_both() -> None:
    other = disk("sdd", 2, links=(), bus_path="/host3/session2/target3:0:0/3:0:0:2")
    pair = NodeStorage((disk(), other), (), (mount("sdc"), mount("sdd", "pv-other")))
    trace = follow(with_storage(pair, device="session2"))
    assert step(trace, Stage.VOLUME).names == ("pv-media", "pv-other")
    assert step(trace, Stage.VOLUME).certainty is MAYBE


def test_what_may_not_be_listed_is_named_with_its_right() -> None:
    no = refused(FaultKind.FORBIDDEN, "403")
    trace = follow(replace(CASE, volumes=no, attachments=no))
    assert "can't tell: may not list persistentvolumes (RBAC)" in said(
        trace, Stage.CLAIM
    )
    assert "can't tell: may not list volumeattachments (RBAC)" in said(
        trace, Stage.VOLUME
    )
    assert step(trace, Stage.POD).names == ("media/jellyfin-0",)
    claims = follow(replace(CASE, claims={"media": no}))
    assert "may not list persistentvolumeclaims (RBAC)" in said(claims, Stage.CLAIM)


def test_without_kubernetes_the_mount_still_names_the_volume() -> None:
    none = replace(CASE, volumes=None, attachments=None, pods=None, claims={}, users={})
    trace = follow(none)
    assert step(trace, Stage.VOLUME).names == ("pv-media",)
    assert "the config names no Kubernetes" in said(trace, Stage.CLAIM)
    assert step(trace, Stage.POD).certainty is UNKNOWN


def test_a_kubernetes_that_is_down_leaves_a_reason_at_each_step() -> None:
    down = refused(FaultKind.UNREACHABLE, "connection refused")
    trace = follow(
        replace(CASE, volumes=down, attachments=down, pods=down, claims={}, users={})
    )
    for stage in (Stage.CLAIM, Stage.POD):
        assert step(trace, stage).certainty is UNKNOWN
        assert "can't tell: connection refused" in said(trace, stage)


def test_a_volume_attached_elsewhere_proves_nothing() -> None:
    elsewhere = told((Attachment("pv-media", "wk-3", is_attached=True),))
    trace = follow(replace(CASE, attachments=elsewhere))
    assert step(trace, Stage.VOLUME).certainty is MAYBE
    assert "attached to wk-3, not to wk-1" in said(trace, Stage.VOLUME)


def test_a_disk_of_the_node_itself_has_no_claim() -> None:
    part = Partition("sda6", "xfs", "", "EPHEMERAL", "sda")
    system = Disk("sda", 128, "QEMU", "sata", "/pci/ata1", (), (), LONG_AGO)
    own = NodeStorage((system,), (part,), (Mounted("/dev/sda6", "/var"),))
    trace = follow(with_storage(own, device="sda"))
    assert step(trace, Stage.VOLUME).names == ("EPHEMERAL on /var",)
    assert trace.step(Stage.CLAIM) is None
    assert trace.victims == ()


def test_a_disk_that_is_gone_is_not_taken_for_another() -> None:
    trace = follow(with_storage(NodeStorage((disk("sdz", 9),), (), (mount("sdz"),))))
    assert step(trace, Stage.DEVICE).certainty is UNKNOWN
    assert "wk-1 has no disk sdc now" in said(trace, Stage.DEVICE)


def test_what_was_not_told_yet_says_so() -> None:
    nothing: Reading[Any] = Reading()
    waiting = Told(nothing, timedelta(seconds=30), "talos wk-1")
    trace = follow(replace(CASE, storage=waiting))
    assert "not told yet" in said(trace, Stage.DEVICE)


def test_only_what_is_needed_is_asked() -> None:
    asked = list(questions(follow(CASE), "10.10.0.41"))
    assert StorageOf("10.10.0.41") in asked
    assert ClaimsIn("media") in asked
    blind = follow(replace(CASE, volumes=None))
    assert not any(isinstance(each, ClaimsIn) for each in questions(blind, ""))


@pytest.mark.parametrize(
    ("kind", "device", "found"),
    [
        ("btrfs", "sdc", "sdc"),
        ("iscsi", "connection2:0", "session2"),
        ("iscsi", "2:0", "session2"),
        ("iscsi", "session2", "session2"),
        ("scsi", "3:0:0:1", "3:0:0:1"),
        ("iscsi", "", None),
        ("oom", "cilium-agent", None),
        ("link", "eth0", None),
    ],
)
def test_a_finding_is_followed_by_what_it_names(
    kind: str, device: str, found: str | None
) -> None:
    finding = LogFinding("prod", "wk-1", kind, "error", device, "", 1, LINE, LINE, "")
    assert device_of(finding) == found


def test_commands_name_context_namespace_claim_and_pod() -> None:
    text = commands(follow(CASE), "admin@prod")
    assert "kubectl --context admin@prod -n media delete pod jellyfin-0" in text
    assert "kubectl --context admin@prod -n media delete pvc films" in text
    assert "Its data goes with the claim" in text
    assert "NOT PROVEN" not in text


def test_commands_for_what_is_not_proven_say_so_first() -> None:
    again = NodeStorage((disk(changed_at=LATER),), (), (mount("sdc"),))
    text = commands(follow(with_storage(again)), "prod")
    assert text.startswith("# NOT PROVEN")


def test_hostile_names_stay_one_harmless_word_each() -> None:
    evil = "x; rm -rf /\x1b[2J\n$(reboot)"
    pod = replace(POD, name=evil)
    case = replace(CASE, pods=told((pod,)), users={"media": told((pod,))}, node=evil)
    text = commands(follow(replace(case, node="wk-1")), "a b")
    assert "\x1b" not in text
    assert "delete pod 'x; rm -rf /[2J$(reboot)'" in text
    assert "--context 'a b'" in text
    assert all(line.startswith(("#", "kubectl ")) for line in text.splitlines())
