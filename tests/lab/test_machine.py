"""The machine of a lab node as a pure function of story time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from talosapi.proto import machine_pb2 as machine
from tests.lab.conftest import minutes
from tui.lab.estate import Health, LabCluster, LabNode, Reach
from tui.lab.faults import FaultError, FaultSet
from tui.lab.machine_cpu import cpu_freq, cpu_info, load_avg, memory, system_stat
from tui.lab.machine_disk import disk_stats, mounts
from tui.lab.machine_etcd import alarms, leader, member_id, member_list, member_status
from tui.lab.machine_events import event_id, machine_events
from tui.lab.machine_net import network_stats
from tui.lab.machine_process import pod_containers, processes
from tui.lab.machine_wave import wave
from tui.lab.numbered import KEPT, numbered_lines
from tui.lab.order import Order, Verb
from tui.lab.storage import volume_name
from tui.lab.story import Story

NAMES = ("talos-cp-1", "talos-wk-2", "talos-monitor")
NOW = minutes(1)


def story(*faults: str, orders: tuple[Order, ...] = ()) -> Story:
    return Story(FaultSet.of(faults), orders=orders)


def node(name: str, at: timedelta = NOW, told: Story | None = None) -> LabNode:
    found = (told or story()).at(at).node(name)
    assert found is not None
    return found


def prod(*faults: str, at: timedelta = NOW) -> LabCluster:
    return story(*faults).at(at).cluster("prod")


def spent(stat: machine.CPUStat) -> list[float]:
    return [value for _, value in stat.ListFields()]


def cpu_ratio(name: str, at: timedelta, mode: str) -> float:
    """How much of the ten seconds before an offset went to one mode."""
    later = system_stat(node(name), at, 0).cpu_total
    earlier = system_stat(node(name), at - timedelta(seconds=10), 0).cpu_total
    used: float = getattr(later, mode) - getattr(earlier, mode)
    return used / (sum(spent(later)) - sum(spent(earlier)))


def test_waves_only_rise_and_begin_at_zero() -> None:
    totals = [wave("a", "b").total(float(second)) for second in range(2000)]
    assert totals[0] == 0
    assert totals == sorted(totals)


@pytest.mark.parametrize("name", NAMES)
def test_processor_time_adds_up_to_the_uptime(name: str) -> None:
    one = node(name)
    stat = system_stat(one, NOW, 0)
    uptime = (NOW - one.booted_at).total_seconds()
    online = [sum(spent(cpu)) for cpu in stat.cpu if spent(cpu)]
    assert online == pytest.approx([uptime] * len(online))


@pytest.mark.parametrize("name", NAMES)
def test_no_counter_of_a_processor_falls(name: str) -> None:
    one = node(name)
    stats = [system_stat(one, minutes(count / 10), 0) for count in range(100)]
    idle = [stat.cpu_total.idle for stat in stats]
    waited = [stat.cpu_total.iowait for stat in stats]
    assert (idle, waited) == (sorted(idle), sorted(waited))
    assert [stat.context_switches for stat in stats] == sorted(
        stat.context_switches for stat in stats
    )


def test_offline_processor_is_an_empty_entry() -> None:
    stat = system_stat(node("talos-monitor"), NOW, 0)
    info = cpu_info(node("talos-monitor"))
    assert [bool(spent(cpu)) for cpu in stat.cpu] == [True, True, False, True]
    assert [cpu.processor for cpu in info.cpu_info] == [0, 1, 3]


def test_node_without_its_disk_waits_and_its_load_climbs() -> None:
    assert cpu_ratio("talos-wk-2", minutes(1), "iowait") < 0.05
    assert cpu_ratio("talos-wk-2", minutes(4), "iowait") > 0.4
    assert cpu_ratio("talos-wk-1", minutes(4), "iowait") < 0.05
    ill = node("talos-wk-2")
    assert load_avg(ill, minutes(5)).load1 > load_avg(ill, minutes(1)).load1 + 4
    assert load_avg(ill, minutes(5)).load1 > load_avg(ill, minutes(5)).load15


def test_memory_has_parts_that_fit_into_the_total() -> None:
    info = memory(node("talos-cp-1"), NOW).meminfo
    assert info.memfree + info.buffers + info.cached < info.memtotal
    assert info.memfree < info.memavailable < info.memtotal


def test_virtual_machines_have_no_frequencies() -> None:
    virtual = cpu_freq(node("talos-monitor"), NOW).cpu_freq_stats
    metal = cpu_freq(node("talos-cp-1"), NOW).cpu_freq_stats
    assert not any(one.ListFields() for one in virtual)
    assert all(700_000 < one.current_frequency <= 3_400_000 for one in metal)


def test_disk_total_counts_disks_and_their_partitions() -> None:
    stats = disk_stats(node("talos-wk-2"), NOW)
    rows = {one.name: one for one in stats.devices}
    parts = sum(one.write_sectors for name, one in rows.items() if name[:3] == "sda")
    assert list(rows)[:3] == ["loop0", "sda", "sda1"]
    assert list(rows)[-2:] == ["sdb", "dm-0"]
    assert parts == pytest.approx(2 * rows["sda"].write_sectors, rel=0.001)
    assert stats.total.write_sectors == sum(x.write_sectors for x in stats.devices)


def test_links_come_in_an_order_of_their_own_each_time() -> None:
    cluster = prod()
    pods = [pod for pod in cluster.pods if pod.node == "talos-wk-1"]
    orders = {
        tuple(
            one.name
            for one in network_stats(node("talos-wk-1"), minutes(at), pods).devices
        )
        for at in range(5)
    }
    assert len(orders) > 1
    assert len({frozenset(order) for order in orders}) == 1
    assert {"lo", "eth0", "cilium_host"} < set(orders.pop())


def test_mounts_hold_those_of_pods() -> None:
    pods = [pod for pod in prod().pods if pod.node == "talos-wk-2"]
    found = mounts(node("talos-wk-2"), NOW, pods).stats
    by_place = {one.mounted_on: one for one in found}
    assert {"/", "/var", "/system/state"} <= set(by_place)
    volume = volume_name("homeassistant-config")
    own = [one for place, one in by_place.items() if volume in place]
    assert [one.filesystem for one in own] == ["/dev/sdb"]
    assert all(one.available <= one.size for one in found)


def test_container_ids_are_those_of_talos() -> None:
    pods = [pod for pod in prod().pods if pod.name == "homeassistant-0"]
    sandbox, container = pod_containers(node("talos-wk-2"), pods)
    assert sandbox.id == sandbox.pod_id == "home/homeassistant-0"
    assert container.id == f"{sandbox.id}:home-assistant:{container.internal_id[:12]}"
    assert (sandbox.status, container.status) == ("SANDBOX_READY", "CONTAINER_RUNNING")


def test_processes_have_command_lines_as_rude_as_real_ones() -> None:
    found = processes(node("talos-cp-1"), NOW, ()).processes
    assert [one.pid for one in found] == sorted(one.pid for one in found)
    assert any("\x1b" in one.args for one in found)
    assert {"init", "kthreadd", "etcd", "kubelet"} <= {one.command for one in found}


def test_etcd_log_grows_and_one_member_leads() -> None:
    cluster = prod()
    plane = node("talos-cp-1")
    early = member_status(cluster, plane, minutes(1)).member_status
    late = member_status(cluster, plane, minutes(2)).member_status
    assert late.raft_index > early.raft_index
    assert late.leader == early.leader == member_id(plane)
    assert alarms(cluster) == type(alarms(cluster))()


def test_faults_of_etcd_show_in_its_answers() -> None:
    plane = node("talos-cp-1")
    full = prod("etcd-alarm")
    late = member_status(prod("etcd-lagging:talos-cp-1"), plane, NOW).member_status
    usual = member_status(prod(), plane, NOW).member_status
    assert alarms(full).member_alarms[0].member_id == member_id(plane)
    assert member_status(full, plane, NOW).member_status.db_size > 2 * 1024**3
    assert late.raft_index < usual.raft_index - 1000
    assert late.raft_applied_index < late.raft_index
    assert not member_list(prod("etcd-member-missing"), None).members


def test_etcd_without_a_majority_has_no_leader() -> None:
    cluster = prod("node-dead:talos-cp-1")
    assert leader(cluster) is None


def test_restart_goes_through_the_states_and_ends_well() -> None:
    order = Order(minutes(1), Verb.RESTART, "talos-cp-1", "kubelet")
    told = story(orders=(order,))

    def kubelet(seconds: float) -> tuple[str, Health, str]:
        at = minutes(1) + timedelta(seconds=seconds)
        services = node("talos-cp-1", at, told).services
        one = next(service for service in services if service.id == "kubelet")
        return one.state, one.health, one.message

    assert kubelet(-1) == ("Running", Health.HEALTHY, "")
    assert kubelet(0.5) == ("Stopping", Health.UNHEALTHY, "service not running")
    assert kubelet(1.05)[0] == "Finished"
    assert kubelet(1.6)[0] == "Preparing"
    assert kubelet(3) == ("Running", Health.UNKNOWN, "Unknown")
    assert kubelet(7) == ("Running", Health.HEALTHY, "")


def test_start_of_a_running_service_does_nothing() -> None:
    order = Order(minutes(1), Verb.START, "talos-wk-1", "ext-iscsid")
    told = story(orders=(order,))
    assert node("talos-wk-1", minutes(2), told) == node("talos-wk-1", minutes(2))


def test_reboot_takes_a_node_away_and_brings_it_back_young() -> None:
    told = story(orders=(Order(minutes(1), Verb.REBOOT, "talos-wk-3"),))

    def after(seconds: float) -> LabNode:
        return node("talos-wk-3", minutes(1) + timedelta(seconds=seconds), told)

    assert after(5).reach is Reach.REFUSES
    assert not after(5).is_ready
    assert after(19).reach is Reach.REFUSES
    back = after(21)
    assert back.reach is Reach.ANSWERS
    assert back.booted_at == minutes(1) + timedelta(seconds=8)
    assert system_stat(back, minutes(1) + timedelta(seconds=21), 0).cpu_total.idle < 60
    assert after(26).is_ready
    assert all(one.health is not Health.UNHEALTHY for one in after(40).services)


def test_targets_of_a_rebooting_node_are_down_since_then() -> None:
    told = story(orders=(Order(minutes(1), Verb.REBOOT, "talos-wk-3"),))

    def outages(seconds: float) -> set[timedelta]:
        estate = told.at(minutes(1) + timedelta(seconds=seconds))
        targets = (x for x in estate.targets if x.labels.get("node") == "talos-wk-3")
        return {outage.since for target in targets for outage in target.outages}

    assert outages(-1) == outages(21) == set()
    assert outages(10) == {minutes(1)}


def test_numbered_lines_that_no_longer_fit_are_forgotten() -> None:
    found = list(numbered_lines(node("talos-wk-3"), 2000, minutes(0), minutes(1)))
    numbers = [int(line.message.split()[-1]) for line in found]
    assert numbers == list(range(120_000 - KEPT + 1, 120_001))


def test_reboot_forgets_the_events_before_it() -> None:
    told = story(orders=(Order(minutes(1), Verb.REBOOT, "talos-wk-3"),))
    back = node("talos-wk-3", minutes(2), told)
    found = machine_events(back, minutes(2))
    assert all(one.at >= back.booted_at for one in found)
    assert len(found) > 20


def test_event_ids_sort_by_time_and_never_repeat() -> None:
    one = node("talos-cp-1")
    zero = datetime(2026, 2, 27, tzinfo=UTC)
    ids = [event_id(one, x, zero + x.at) for x in machine_events(one, NOW)]
    assert ids == sorted(set(ids))
    assert {len(identifier) for identifier in ids} == {20}


@pytest.mark.parametrize(
    ("fault", "name", "talos"),
    [
        ("old-talos:talos-wk-1", "talos-wk-1", "v1.6.7"),
        ("new-talos:talos-wk-1", "talos-wk-1", "v1.14.0"),
        ("version-skew", "talos-wk-3", "v1.10.6"),
    ],
)
def test_versions_follow_their_faults(fault: str, name: str, talos: str) -> None:
    told = story(fault)
    assert node(name, NOW, told).talos_version == talos
    assert node("talos-wk-2", NOW, told).talos_version == "v1.11.2"
    ids = {one.id for one in node(name, NOW, told).services}
    assert ("auditd" in ids) == (talos != "v1.6.7")


def test_a_whole_estate_may_run_another_talos() -> None:
    told = story("talos-release:1.9")
    names = ("talos-cp-1", "talos-wk-1", "talos-wk-3")
    assert {node(each, NOW, told).talos_version for each in names} == {"v1.9.5"}


def test_a_talos_that_the_lab_has_not_is_refused_with_those_it_has() -> None:
    with pytest.raises(FaultError, match=r"no Talos '1.5'; it has: 1.6, 1.7"):
        story("talos-release:1.5")
