from __future__ import annotations

import json
import re

import pytest

from tui.model.kernel import CATALOGUE, classify, text_of

# As the Linux kernel, open-iscsi and the kubelet print them.
TROUBLE = [
    (
        "BTRFS error (device sdb): parent transid verify failed on logical 30408704 "
        "mirror 1 wanted 8412 found 8409",
        ("btrfs", "error", "sdb"),
    ),
    (
        "BTRFS error (device sdb: state EA): parent transid verify failed on logical 1 "
        "mirror 2 wanted 2 found 1",
        ("btrfs", "error", "sdb"),
    ),
    (
        "BTRFS error (device dm-3: state EA): failed to run delayed ref for logical 1",
        ("btrfs", "error", "dm-3"),
    ),
    (
        "BTRFS: error (device sdb: state A) in __btrfs_free_extent:3070: errno=-5 IO "
        "failure",
        ("btrfs", "error", "sdb"),
    ),
    (
        "BTRFS critical (device nvme0n1p3): corrupt leaf: root=2 block=1 slot=3",
        ("btrfs", "error", "nvme0n1p3"),
    ),
    (
        "BTRFS error (device sdb): bdev /dev/sdb errs: wr 1, rd 0, flush 0, corrupt 0, "
        "gen 0",
        ("btrfs", "error", "sdb"),
    ),
    (
        "BTRFS warning (device sdb): checksum verify failed on logical 1 mirror 1 "
        "wanted 0x8b1f0a2d found 0x33c0de11 level 0",
        ("btrfs", "warning", "sdb"),
    ),
    (
        "BTRFS warning (device sdb): csum failed root 5 ino 257 off 0 csum 0x1 "
        "expected csum 0x2 mirror 1",
        ("btrfs", "warning", "sdb"),
    ),
    ("BTRFS info (device sdb: state EA): forced readonly", ("btrfs", "error", "sdb")),
    (
        " connection1:0: detected conn error (1020)",
        ("iscsi", "warning", "connection1:0"),
    ),
    (
        " connection1:0: ping timeout of 5 secs expired, recv timeout 5, last rx 437",
        ("iscsi", "warning", "connection1:0"),
    ),
    (
        " session1: session recovery timed out after 120 secs",
        ("iscsi", "error", "session1"),
    ),
    (
        "iscsid: Kernel reported iSCSI connection 1:0 error (1020 - "
        "ISCSI_ERR_TCP_CONN_CLOSE: TCP connection closed) state (3)",
        ("iscsi", "warning", "1:0"),
    ),
    (
        "iscsid: connect to 10.0.0.5:3260 failed (Connection refused)",
        ("iscsi", "warning", ""),
    ),
    (
        "iscsid: Received iferror -107: Transport endpoint is not connected.",
        ("iscsi", "warning", ""),
    ),
    (
        "iscsid: can't bind conn 3:0 to session 3, retcode -107 (115)",
        ("iscsi", "warning", "3:0"),
    ),
    (
        'MountVolume.WaitForAttach failed for volume "pvc-1": failed to get any path '
        "for iscsi disk, last err seen: iscsi: failed to sendtargets to portal",
        ("iscsi", "warning", ""),
    ),
    (
        'Operation for "{volumeName:kubernetes.io/iscsi/10.0.0.5:3260:iqn:1}" failed. '
        'Error: MountVolume.MountDevice failed for volume "pvc-1" : iscsi: failed to '
        "attach disk",
        ("iscsi", "warning", ""),
    ),
    ("sd 2:0:0:1: rejecting I/O to offline device", ("scsi", "error", "2:0:0:1")),
    (
        "sd 2:0:0:1: [sdb] tag#12 FAILED Result: hostbyte=DID_NO_CONNECT "
        "driverbyte=DRIVER_OK cmd_age=125s",
        ("scsi", "error", "sdb"),
    ),
    (
        "I/O error, dev sdb, sector 2048 op 0x1:(WRITE) flags 0x800 phys_seg 1 "
        "prio class 2",
        ("block", "error", "sdb"),
    ),
    (
        "blk_update_request: I/O error, dev sdb, sector 2048 op 0x1:(WRITE)",
        ("block", "error", "sdb"),
    ),
    (
        "critical medium error, dev sda, sector 7 op 0x0:(READ)",
        ("block", "error", "sda"),
    ),
    ("device offline error, dev sdb, sector 2048", ("block", "error", "sdb")),
    (
        "recoverable transport error, dev sdb, sector 2048",
        ("block", "warning", "sdb"),
    ),
    (
        "Buffer I/O error on dev sdb, logical block 131072, lost async page write",
        ("block", "error", "sdb"),
    ),
    (
        "EXT4-fs error (device sdb): ext4_journal_check_start:84: comm kworker/u8:2: "
        "Detected aborted journal",
        ("ext4", "error", "sdb"),
    ),
    ("EXT4-fs (sdb): Remounting filesystem read-only", ("ext4", "error", "sdb")),
    (
        "EXT4-fs warning (device sdb): ext4_end_bio:343: I/O error 10 writing to inode",
        ("ext4", "warning", "sdb"),
    ),
    ("XFS (sdb): log I/O error -5", ("xfs", "error", "sdb")),
    (
        "XFS (sdb): Corruption of in-memory data (0x8) detected at xfs_trans_cancel. "
        "Shutting down filesystem.",
        ("xfs", "error", "sdb"),
    ),
    (
        "XFS (sdb): Metadata corruption detected at xfs_agf_read_verify",
        ("xfs", "error", "sdb"),
    ),
    (
        "XFS (dm-0): Filesystem has been shut down due to log error (0x2). Shutting "
        "down filesystem.",
        ("xfs", "error", "dm-0"),
    ),
]

CALM = [
    "",
    "{}",
    "{not json",
    "Btrfs loaded, zoned=no, fsverity=no",
    "BTRFS: device fsid 3c1c1d3e devid 1 transid 8412 /dev/sdb (8:16) scanned by mount",
    "BTRFS info (device sdb): first mount of filesystem 3c1c1d3e",
    "BTRFS info (device sdb): bdev /dev/sdb errs: wr 1, rd 0, flush 0, corrupt 0",
    "BTRFS info (device sdb): last unmount of filesystem 3c1c1d3e",
    "iscsid: connection1:0 is operational after recovery (1 attempts)",
    "iscsid: Connection1:0 to [target: iqn.x, portal: 10.0.0.5] is operational now",
    "iscsi: registered transport (tcp)",
    "scsi host2: iSCSI Initiator over TCP/IP",
    "sd 2:0:0:1: [sdb] Attached SCSI disk",
    "sd 2:0:0:1: [sdb] Synchronizing SCSI cache",
    "EXT4-fs (sda6): mounted filesystem 1 r/w with ordered data mode. Quota mode: no.",
    "EXT4-fs (sda6): re-mounted 1 ro.",
    "XFS (sda6): Ending clean mount",
    "XFS (sda6): Mounting V5 Filesystem 1",
    "[talos] service[kubelet](Running): Health check failed: connection refused",
    '[talos] controller failed {"error": "BTRFS error (device sdb): parent transid"}',
    'audit: comm="grep" exe="BTRFS error (device sdb): parent transid verify failed"',
    "xBTRFS error (device sdb): parent transid verify failed",
    "Out of memory: Killed process 41127 (cilium-agent) total-vm:1893212kB",
    'MountVolume.SetUp failed for volume "config": configmap "app" not found',
    "ext4 error rate is 0; I/O error budget is fine",
    json.dumps({"msg": 5}),
    json.dumps(["BTRFS error (device sdb): parent transid verify failed"]),
]

# The forms in which Talos hands a line over.
FORMS = {
    "bare": "{}",
    "kernel clock": "[  455.401330] {}",
    "dmesg": "kern:     err: [2026-08-21T10:22:36.7Z]: {}\n",
    "dmesg with fields": "kern:  notice: [2026-08-21T10:22:35Z]: {}\n SUBSYSTEM=scsi\n "
    "DEVICE=+scsi:2:0:0:1\n",
}


@pytest.mark.parametrize(("line", "wanted"), TROUBLE)
@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("is_json", [False, True], ids=["text", "json"])
def test_trouble_is_known_in_every_form_in_which_it_comes(
    line: str, wanted: tuple[str, str, str], form: str, is_json: bool
) -> None:
    text = form.replace("{}", line)
    shipped = json.dumps({"clock": 1, "msg": text, "talos-level": "info"})
    sign = classify(shipped if is_json else text)
    assert sign is not None
    assert (sign.kind, sign.severity, sign.device) == wanted


@pytest.mark.parametrize("line", CALM)
def test_recoveries_and_look_alikes_are_everyday_lines(line: str) -> None:
    assert classify(line) is None
    assert classify(json.dumps({"msg": line})) is None


def test_every_class_of_the_catalogue_is_met_by_a_real_line() -> None:
    met = {sign.meaning for line, _ in TROUBLE if (sign := classify(line))}
    assert met == {each.meaning for each in CATALOGUE}


def test_meanings_tell_the_classes_apart() -> None:
    assert len({each.meaning for each in CATALOGUE}) == len(CATALOGUE)


def test_errors_stand_before_warnings() -> None:
    severities = [each.severity for each in CATALOGUE]
    assert severities == sorted(severities)


def test_a_class_names_one_device_at_most() -> None:
    assert all(re.compile(each.pattern).groups <= 1 for each in CATALOGUE)


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("  plain \n", "plain"),
        ('{"msg":"a \\u003cb\\u003e\\n","seq":1}', "a <b>"),
        ('{"seq":1}', '{"seq":1}'),
        ("{broken", "{broken"),
        (
            "sd 2:0:0:1: offline\n SUBSYSTEM=scsi\n DEVICE=+scsi:2:0:0:1\n",
            "sd 2:0:0:1: offline",
        ),
        ("\x1b[31mred\x1b[0m \x07bell", "red bell"),
        ("one\ntwo\tthree", "one two three"),
        ("", ""),
    ],
)
def test_the_text_of_a_line_is_what_a_person_reads(line: str, text: str) -> None:
    assert text_of(line) == text
