"""Real lines of trouble, and lines that look like them and are none."""

from __future__ import annotations

import json

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
    (
        "BTRFS critical (device sdb): corrupt leaf: root=5 block=30408704 slot=3",
        ("btrfs", "error", "sdb"),
    ),
    (
        "BTRFS error (device dm-1): block=30408704 write time tree block corruption "
        "detected",
        ("btrfs", "error", "dm-1"),
    ),
    (
        "BTRFS warning (device sdb: state A): Skipping commit of aborted transaction.",
        ("btrfs", "error", "sdb"),
    ),
    ("Aborting journal on device sdb-8.", ("ext4", "error", "sdb")),
    ("Aborting journal on device dm-0-8.", ("ext4", "error", "dm-0")),
    (
        "EXT4-fs (sdb): failed to convert unwritten extents to written extents -- "
        "potential data loss!  (inode 12, error -30)",
        ("ext4", "error", "sdb"),
    ),
    (
        "JBD2: Detected IO errors while flushing file data on sdb-8",
        ("ext4", "error", "sdb"),
    ),
    (
        "XFS (sdb): Filesystem has been shut down due to log error (0x2).",
        ("xfs", "error", "sdb"),
    ),
    (
        "device-mapper: verity: 259:4: data block 2 is corrupted",
        ("dm", "error", "259:4"),
    ),
    (
        "device-mapper: thin: 253:4: switching pool to out-of-data-space mode",
        ("dm", "error", "253:4"),
    ),
    (
        "device-mapper: thin: 253:2: reached low water mark for data device: sending "
        "event.",
        ("dm", "warning", "253:2"),
    ),
    (
        "device-mapper: multipath: 253:3: Failing path 8:16.",
        ("dm", "warning", "8:16"),
    ),
    (
        "md/raid:md0: not enough operational devices (2/3 failed)",
        ("md", "error", "md0"),
    ),
    (
        "md/raid1:md0: Disk failure on sdb1, disabling device.",
        ("md", "error", "md0"),
    ),
    ("md: kicking non-fresh sdb1 from array!", ("md", "warning", "sdb1")),
    (
        "md/raid1:md0: read error corrected (8 sectors at 2048 on sdb1)",
        ("md", "warning", "md0"),
    ),
    (
        "sd 2:0:0:1: Device offlined - not ready after error recovery",
        ("scsi", "error", "2:0:0:1"),
    ),
    (
        "sd 0:0:0:0: [sda] tag#5 Sense Key : Medium Error [current] ",
        ("scsi", "error", "sda"),
    ),
    (
        "sd 2:0:0:1: [sdb] Synchronize Cache(10) failed: Result: "
        "hostbyte=DID_NO_CONNECT driverbyte=DRIVER_OK",
        ("scsi", "error", "sdb"),
    ),
    (
        "nvme nvme0: controller is down; will reset: CSTS=0xffffffff, PCI_STATUS=0x10",
        ("nvme", "error", "nvme0"),
    ),
    (
        "nvme nvme0: I/O 12 QID 4 timeout, reset controller",
        ("nvme", "error", "nvme0"),
    ),
    (
        "nvme nvme0: Disabling device after reset failure: -19",
        ("nvme", "error", "nvme0"),
    ),
    (
        "nvme0n1: Read(0x2) @ LBA 2048, 8 blocks, Unrecovered Read Error (sct 0x2 / "
        "sc 0x81) DNR",
        ("nvme", "error", "nvme0n1"),
    ),
    (
        "nvme nvme0: I/O tag 12 (a07b) opcode 0x2 (I/O Cmd) QID 4 timeout, aborting "
        "req_op:READ(0) size:4096",
        ("nvme", "warning", "nvme0"),
    ),
    ("nvme nvme1: starting error recovery", ("nvme", "warning", "nvme1")),
    (
        "ata1.00: exception Emask 0x0 SAct 0x0 SErr 0x0 action 0x6 frozen",
        ("ata", "error", "ata1.00"),
    ),
    ("ata1.00: failed command: READ FPDMA QUEUED", ("ata", "error", "ata1.00")),
    ("ata1.00: error: { UNC }", ("ata", "error", "ata1.00")),
    ("ata1: hard resetting link", ("ata", "warning", "ata1")),
    (
        "ata1: link is slow to respond, please be patient (ready=0)",
        ("ata", "warning", "ata1"),
    ),
    (
        "Out of memory: Killed process 41127 (cilium-agent) total-vm:1893212kB",
        ("oom", "error", "cilium-agent"),
    ),
    (
        "Memory cgroup out of memory: Killed process 812 (java) total-vm:8123kB",
        ("oom", "warning", "java"),
    ),
    (
        "INFO: task btrfs-transacti:1234 blocked for more than 122 seconds.",
        ("hang", "error", "btrfs-transacti"),
    ),
    (
        "INFO: task kworker/u8:2:77 blocked for more than 245 seconds.",
        ("hang", "error", "kworker/u8:2"),
    ),
    (
        "watchdog: BUG: soft lockup - CPU#3 stuck for 22s! [kswapd0:123]",
        ("hang", "error", "kswapd0"),
    ),
    (
        "rcu: INFO: rcu_sched self-detected stall on CPU",
        ("hang", "error", ""),
    ),
    (
        "BUG: kernel NULL pointer dereference, address: 0000000000000008",
        ("kernel", "error", ""),
    ),
    ("Oops: 0000 [#1] PREEMPT SMP NOPTI", ("kernel", "error", "")),
    (
        "mce: [Hardware Error]: CPU 3: Machine Check Exception: 5 Bank 4: be00",
        ("mce", "error", "3"),
    ),
    (
        "EDAC MC0: 1 UE memory read error on CPU_SrcID#0_MC#0_Chan#1_DIMM#0",
        ("mce", "error", "MC0"),
    ),
    ("mce: [Hardware Error]: Machine check events logged", ("mce", "warning", "")),
    (
        "EDAC MC0: 1 CE memory read error on CPU_SrcID#0_MC#0_Chan#1_DIMM#0",
        ("mce", "warning", "MC0"),
    ),
    (
        "NETDEV WATCHDOG: eth0 (igb): transmit queue 0 timed out",
        ("link", "error", "eth0"),
    ),
    (
        "igb 0000:01:00.0 eth0: NETDEV WATCHDOG: CPU: 3: transmit queue 0 timed out "
        "5504 ms",
        ("link", "error", ""),
    ),
    (
        "igb 0000:01:00.0 eth0: igb: eth0 NIC Link is Down",
        ("link", "warning", "eth0"),
    ),
    (
        "e1000e 0000:00:1f.6 enp0s31f6: NIC Link is Down",
        ("link", "warning", "enp0s31f6"),
    ),
    ("r8169 0000:02:00.0 enp2s0: Link is Down", ("link", "warning", "enp2s0")),
    ("mlx5_core 0000:01:00.0 eth0: Link down", ("link", "warning", "eth0")),
    (
        "bond0: (slave eth0): link status definitely down, disabling slave",
        ("link", "warning", "eth0"),
    ),
    (
        "iscsid: Login authentication failed with target iqn.2004-04.com.example:a",
        ("iscsi", "warning", ""),
    ),
    (
        "iscsid: conn 0 login rejected: initiator error - target not found (02/03)",
        ("iscsi", "warning", ""),
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
    "oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),task=java,pid=812,uid=0",
    "oom_reaper: reaped process 812 (java), now anon-rss:0kB",
    "java invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=968",
    "ata3: SATA link down (SStatus 0 SControl 300)",
    "ata1: SATA link up 6.0 Gbps (SStatus 133 SControl 300)",
    "ata1.00: configured for UDMA/133",
    "nvme nvme0: 8/0/0 default/read/poll queues",
    "nvme nvme0: Shutdown timeout set to 10 seconds",
    "nvme0n1: p1 p2 p3",
    "md/raid1:md0: active with 2 out of 2 mirrors",
    "md0: detected capacity change from 0 to 2095104",
    "device-mapper: ioctl: 4.48.0-ioctl (2023-03-01) initialised: dm-devel@redhat.com",
    'device-mapper: verity: sha256 using implementation "sha256-avx2"',
    "EDAC MC0: Giving out device to module i10nm_edac controller Intel_10nm MC#0",
    "mce: CPU3: Core temperature/speed normal",
    "mce: CPU0: Core temperature above threshold, cpu clock throttled",
    "igb 0000:01:00.0 eth0: igb: eth0 NIC Link is Up 1000 Mbps Full Duplex",
    "lxc21ef9cdb: link down",
    "br0: port 1(veth1) entered disabled state",
    "task abort: SUCCESS scmd(0x0000)",
    "INFO: lockdep is turned off.",
    "rcu: Hierarchical SRCU implementation.",
    'app: panic: "Kernel panic - not syncing" was seen in a test',
    'MountVolume.SetUp failed for volume "config": configmap "app" not found',
    "ext4 error rate is 0; I/O error budget is fine",
    json.dumps({"msg": 5}),
    json.dumps(["BTRFS error (device sdb): parent transid verify failed"]),
]
