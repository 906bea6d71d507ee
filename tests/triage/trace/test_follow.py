"""From a device to the application: what is proven, what may be, what cannot be told.

The traps are those of real estates: letters that are given away again, two nodes with
the same letter, drivers that name no target, servers that do not answer.
"""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256

from msgspec.structs import replace

from tests.triage.trace.scenes import (
    CASE,
    IQN,
    KUBELET,
    LATER,
    LINE,
    LONG_AGO,
    MAYBE,
    MEDIA,
    OTHER,
    POD,
    PROVEN,
    STORAGE,
    UNKNOWN,
    disk,
    mount,
    names,
    said,
    step,
    told,
    with_storage,
)
from tui.model.reading import Reading
from tui.model.storage import (
    Clue,
    Clues,
    Disk,
    Mounted,
    NodeStorage,
    Partition,
    VolumeClaim,
)
from tui.model.trace import Stage
from tui.triage.told import Told
from tui.triage.trace.follow import follow


def test_each_step_names_the_next_and_who_says_so() -> None:
    trace = follow(CASE)
    assert trace.certainty is PROVEN
    assert names(trace) == {
        "device": ("sdc",),
        "session": ("session2",),
        "volume": ("pv-media",),
        "claim": ("media/films",),
        "pod": ("media/jellyfin-0",),
    }
    proofs = [proof for each in trace.steps for proof in each.proofs]
    assert all(proof.source and proof.observed_at for proof in proofs)


def test_a_letter_that_was_given_away_again_proves_nothing() -> None:
    again = NodeStorage((disk(changed_at=LATER),), (), (mount("sdc"),))
    trace = follow(with_storage(again))
    assert step(trace, Stage.DEVICE).certainty is MAYBE
    assert "it may have been another disk then" in said(trace, Stage.DEVICE)
    assert {each.certainty for each in trace.steps} == {MAYBE}


def test_a_letter_that_the_log_saw_attached_anew_proves_nothing() -> None:
    clue = Clue("wk-1", "attached", "sdc", "3:0:0:1", LATER)
    case = replace(CASE, clues=Clues({("wk-1", "attached", "sdc"): clue}))
    assert follow(case).certainty is MAYBE


def test_the_newest_line_is_of_the_disk_that_was_attached_before_it() -> None:
    again = NodeStorage((disk(changed_at=LATER),), (), (mount("sdc"),))
    read = Reading(again, LATER + timedelta(minutes=2), None, 1)
    told_later = Told(read, timedelta(seconds=30), "talos wk-1")
    case = replace(CASE, last=LATER + timedelta(minutes=1), storage=told_later)
    trace = follow(case)
    assert trace.certainty is PROVEN
    assert "the newest is of this one" in said(trace, Stage.DEVICE)


def test_a_filesystem_by_its_uuid_is_the_same_on_whatever_came_back() -> None:
    uuid = "3c1c1d3e-0b1d-4a53-9d3e-5a7f7cf8d1a2"
    part = Partition("sdc", "btrfs", uuid)
    again = NodeStorage((disk(changed_at=LATER),), (part,), (mount("sdc"),))
    clue = Clue("wk-1", "mounted", "sdc", uuid, LONG_AGO)
    clues = Clues({("wk-1", "mounted", "sdc"): clue})
    assert follow(with_storage(again, clues=clues)).certainty is PROVEN
    stranger = replace(clue, value="0" * 8 + uuid[8:])
    clues = Clues({("wk-1", "mounted", "sdc"): stranger})
    assert follow(with_storage(again, clues=clues)).certainty is MAYBE


def test_a_disk_without_a_time_proves_nothing() -> None:
    timeless = NodeStorage((disk(changed_at=None),), (), (mount("sdc"),))
    assert follow(with_storage(timeless)).certainty is MAYBE


def test_an_answer_from_before_the_line_proves_nothing() -> None:
    reading = Reading(STORAGE, LINE - timedelta(minutes=5), None, 1)
    early = Told(reading, timedelta(seconds=30), "talos wk-1")
    assert follow(replace(CASE, storage=early)).certainty is MAYBE


def test_clues_of_another_node_with_the_same_letter_say_nothing() -> None:
    clue = Clue("wk-2", "attached", "sdc", "3:0:0:1", LATER)
    case = replace(CASE, clues=Clues({("wk-2", "attached", "sdc"): clue}))
    assert follow(case).certainty is PROVEN


def test_a_volume_that_only_another_cluster_knows_is_not_named() -> None:
    trace = follow(replace(CASE, volumes=told(())))
    assert step(trace, Stage.VOLUME).names == ("pv-media",)  # the mount says so
    assert step(trace, Stage.CLAIM).names == ()
    assert "no persistent volume pv-media is listed" in said(trace, Stage.CLAIM)
    assert trace.victims == ()


def test_a_path_of_a_multipath_disk_leads_through_the_mapper() -> None:
    paths = (disk("sdc", 2), disk("sdd", 3))
    link = "/dev/disk/by-id/dm-name-mpatha"
    mapper = Disk("dm-0", 64, "", "", "", (link,), ("sdc", "sdd"), LONG_AGO)
    whole = NodeStorage((*paths, mapper), (), (mount("mapper/mpatha"),))
    for device in ("sdc", "dm-0", "mpatha"):
        trace = follow(with_storage(whole, device=device))
        assert step(trace, Stage.POD).names == ("media/jellyfin-0",)
        assert trace.certainty is PROVEN
    both = follow(with_storage(whole, device="dm-0"))
    assert step(both, Stage.SESSION).names == ("session2", "session3")


def test_a_filesystem_on_two_disks_is_found_by_either() -> None:
    uuid = "3c1c1d3e-0b1d-4a53-9d3e-5a7f7cf8d1a2"
    parts = (Partition("sdc", "btrfs", uuid), Partition("sdd", "btrfs", uuid))
    disks = (disk("sdc", 2), disk("sdd", 3, links=()))
    pair = NodeStorage(disks, parts, (mount("sdc"),))
    trace = follow(with_storage(pair, device="sdd"))
    assert step(trace, Stage.VOLUME).names == ("pv-media",)
    assert trace.certainty is PROVEN


def test_disks_without_a_uuid_are_not_one_filesystem() -> None:
    parts = (Partition("sdc", "btrfs"), Partition("sdd", "btrfs"))
    disks = (disk("sdc", 2), disk("sdd", 3, links=()))
    pair = NodeStorage(disks, parts, (mount("sdc"),))
    trace = follow(with_storage(pair, device="sdd", attachments=told(())))
    assert step(trace, Stage.VOLUME).names == ()
    assert trace.certainty is UNKNOWN


def test_a_pod_that_is_gone_leaves_its_claim() -> None:
    trace = follow(replace(CASE, pods=told(()), users={"media": told(())}))
    assert step(trace, Stage.CLAIM).names == ("media/films",)
    assert step(trace, Stage.POD).names == ()
    assert "the pod that has pv-media is gone" in said(trace, Stage.POD)


def test_a_pod_that_moved_is_named_with_where_it_is_and_is_no_proof() -> None:
    moved = replace(POD, node="wk-3", uid="another")
    trace = follow(replace(CASE, pods=told(()), users={"media": told((moved,))}))
    assert step(trace, Stage.POD).names == ("media/jellyfin-0",)
    assert step(trace, Stage.POD).certainty is MAYBE
    assert "uses the claim, on wk-3" in said(trace, Stage.POD)


def test_a_lost_claim_is_told() -> None:
    lost = VolumeClaim("media", "films", "Lost", "pv-media")
    trace = follow(replace(CASE, claims={"media": told((lost,))}))
    assert "claim media/films is Lost" in said(trace, Stage.CLAIM)


def test_a_claim_that_has_another_volume_now_proves_nothing() -> None:
    other = VolumeClaim("media", "films", "Bound", "pv-new")
    trace = follow(replace(CASE, claims={"media": told((other,))}))
    assert step(trace, Stage.CLAIM).certainty is MAYBE
    assert "is bound to pv-new now" in said(trace, Stage.CLAIM)


def test_a_driver_that_names_no_target_is_followed_by_its_mounts() -> None:
    handle = "0b9e1e8f-4d35-4a57-9e6c-1f3c5a1c1b1a"
    synology = replace(
        MEDIA, driver="csi.san.synology.com", handle=handle, target="", lun=""
    )
    digest = sha256(handle.encode()).hexdigest()
    staged = f"{KUBELET}/plugins/kubernetes.io/csi/csi.san.synology.com/{digest}"
    only = NodeStorage(
        (disk(links=()),), (), (Mounted("/dev/sdc", f"{staged}/globalmount"),)
    )
    trace = follow(with_storage(only, volumes=told((synology, OTHER))))
    assert step(trace, Stage.VOLUME).names == ("pv-media",)
    assert step(trace, Stage.POD).names == ("media/jellyfin-0",)
    assert trace.certainty is PROVEN


def test_a_handle_that_cannot_be_written_down_leads_nowhere() -> None:
    odd = replace(OTHER, handle="\ud800")
    trace = follow(replace(CASE, volumes=told((MEDIA, odd))))
    assert step(trace, Stage.VOLUME).names == ("pv-media",)


def test_kubernetes_own_iscsi_is_followed_by_its_target() -> None:
    own = replace(MEDIA, driver="iscsi", handle="")
    path = f"{KUBELET}/plugins/kubernetes.io/iscsi/iface-default/10.10.0.10:3260-{IQN}"
    mounted = NodeStorage(
        (disk(links=()),), (), (Mounted("/dev/sdc", f"{path}-lun-1"),)
    )
    case = with_storage(mounted, volumes=told((own, OTHER)), attachments=told(()))
    trace = follow(case)
    assert step(trace, Stage.VOLUME).names == ("pv-media",)
    assert trace.certainty is PROVEN


def test_another_lun_of_the_target_is_another_volume() -> None:
    second = replace(MEDIA, name="pv-second", lun="2", claim="second")
    bare = NodeStorage((disk(),), (), ())
    trace = follow(with_storage(bare, volumes=told((MEDIA, second))))
    assert step(trace, Stage.VOLUME).names == ("pv-media",)


def test_two_volumes_on_one_target_are_both_shown() -> None:
    twin = replace(MEDIA, name="pv-twin", lun="", claim="twin")
    bare = NodeStorage((disk(),), (), ())
    trace = follow(with_storage(bare, volumes=told((MEDIA, twin))))
    assert step(trace, Stage.VOLUME).names == ("pv-media", "pv-twin")
    assert step(trace, Stage.VOLUME).certainty is MAYBE
