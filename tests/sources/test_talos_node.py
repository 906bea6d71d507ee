"""One node in depth, by the lab's apid: each part by itself, and silence told once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from talosapi.counters import DiskCounters
from talosapi.messages import Mount
from talosapi.workload import Process
from tests.clock import ManualClock
from tui.clock import SystemClock
from tui.lab.server import Lab, LabOptions
from tui.model.command import ServiceVerb
from tui.model.fault import FaultKind
from tui.sources.base import SourceError
from tui.sources.talos import TalosSource
from tui.sources.talos_detail import OLDEST_SECONDS, Samples
from tui.sources.talos_values import filesystems

NOW = datetime(2026, 2, 27, 2, 13, 47, tzinfo=UTC)
PLANE, WORKER, DEAD = "10.10.0.40", "10.10.0.41", "10.10.0.43"


@asynccontextmanager
async def opened(*faults: str) -> AsyncIterator[tuple[Lab, TalosSource, ManualClock]]:
    """A lab with these faults, its prod, and the clock by which rates are reckoned."""
    clock = ManualClock()
    options = LabOptions(speed=0, now=NOW, faults=faults)
    async with Lab(options) as lab:
        talosconfig = lab.environment.talosconfig
        source = TalosSource("prod", talosconfig, 2.0, clock, lambda _: 0.01)
        yield lab, source, clock
        await source.aclose()


def forward(lab: Lab, seconds: float) -> None:
    clock = lab.world.clock
    clock.move(clock.position() + timedelta(seconds=seconds))


async def test_vitals_are_numbers_and_cpu_use_takes_two_readings() -> None:
    async with opened() as (lab, prod, _):
        await prod.node(PLANE)
        first = await prod.vitals(PLANE)
        forward(lab, 10)
        second = await prod.vitals(PLANE)
    assert first.cpu is None
    assert second.cpu is not None
    assert 0 < second.cpu.busy < 1
    assert second.cores == 4
    assert second.memory_ratio is not None
    assert 0 < second.memory_ratio < 1
    assert second.booted_at is not None


async def test_a_reboot_between_two_readings_makes_no_cpu_use() -> None:
    async with opened() as (lab, prod, _):
        node = await prod.node(WORKER)
        await prod.vitals(WORKER)
        lab.world.change_faults(["reboot:talos-wk-1"], [])
        forward(lab, 30)
        vitals = await prod.vitals(WORKER)
        again = await prod.node(WORKER)
    assert vitals.cpu is None
    assert node.boot_time is not None
    assert again.boot_time is not None
    assert again.boot_time > node.boot_time


async def test_a_control_plane_tells_of_etcd_and_of_its_own_disks_only() -> None:
    async with opened() as (_, prod, _clock):
        await prod.node(PLANE)
        facts = await prod.facts(PLANE)
    assert (facts.stage, facts.is_ready, facts.is_control_plane) == (
        "running",
        True,
        True,
    )
    assert facts.etcd is not None
    assert facts.etcd.is_leader
    assert [peer.hostname for peer in facts.etcd.members] == ["talos-cp-1"]
    assert facts.filesystems is not None
    assert [each.mount for each in facts.filesystems] == ["/system/state", "/var"]
    assert facts.clock_offset_seconds is not None
    assert facts.unavailable == {}


async def test_a_worker_is_not_asked_about_etcd() -> None:
    async with opened() as (lab, prod, _):
        await prod.node(WORKER)
        facts = await prod.facts(WORKER)
        asked = {
            name for apid in lab.apids.values() for name in apid.counters.by_method
        }
    assert facts.etcd is None
    assert facts.unavailable == {}
    assert not any("Etcd" in name for name in asked)


async def test_what_an_old_talos_lacks_is_missing_with_a_word_why() -> None:
    async with opened("old-talos:talos-wk-1") as (_, prod, _clock):
        await prod.node(WORKER)
        facts = await prod.facts(WORKER)
    assert facts.stage == "running"
    assert "1.8" in facts.unavailable["diagnostics"]
    assert list(facts.unavailable) == ["diagnostics"]


async def test_a_detail_has_rates_once_there_are_two_samples() -> None:
    async with opened() as (lab, prod, clock):
        await prod.node(PLANE)
        first = await prod.detail(PLANE)
        forward(lab, 3)
        await clock.advance(3)
        second = await prod.detail(PLANE)
    assert first.disks is None
    assert all(each.cpu is None for each in first.processes)
    assert second.disks is not None
    assert [disk.name for disk in second.disks] == ["sda", "sdb"]
    assert second.links is not None
    assert [link.name for link in second.links] == ["eth0"]
    assert any(each.cpu for each in second.processes)
    namespaces = {each.namespace for each in second.containers}
    assert namespaces == {"system", "k8s.io"}
    assert any(each.memory_bytes for each in second.containers)
    assert all(each.pod for each in second.containers if each.namespace == "k8s.io")


async def test_a_silent_node_is_asked_one_thing_only() -> None:
    async with opened("node-blackhole:talos-wk-3") as (lab, prod, _):
        questions = (prod.vitals(DEAD), prod.facts(DEAD), prod.detail(DEAD))
        answers = await asyncio.gather(
            prod.node(DEAD), *questions, return_exceptions=True
        )
        calls = sum(apid.counters.calls.total for apid in lab.apids.values())
    faults = [each.fault for each in answers if isinstance(each, SourceError)]
    assert len(faults) == 4
    assert {fault.kind for fault in faults} == {FaultKind.TIMEOUT}
    assert calls <= 2  # the question, and whether the endpoint itself is silent


async def test_a_fault_says_what_to_do_about_it() -> None:
    async with opened("node-dead:talos-wk-3") as (_, prod, _clock):
        with pytest.raises(SourceError) as caught:
            await prod.node(DEAD)
    fault = caught.value.fault
    assert fault.detail == f"ServiceList of {DEAD}"
    assert "port 50000" in fault.advice


async def test_a_service_is_restarted_and_apid_says_so() -> None:
    async with opened() as (_, prod, _clock):
        said = await prod.change_service(WORKER, "kubelet", ServiceVerb.RESTART)
        with pytest.raises(SourceError, match="doesn't support"):
            await prod.change_service(PLANE, "etcd", ServiceVerb.STOP)
    assert said == 'Service "kubelet" restarted'


async def test_services_are_the_same_objects_until_one_of_them_changes() -> None:
    async with opened() as (lab, prod, _clock):
        first, second = await prod.node(WORKER), await prod.node(WORKER)
        await prod.change_service(WORKER, "kubelet", ServiceVerb.RESTART)
        forward(lab, 10)
        third = await prod.node(WORKER)
    assert second.services is first.services
    assert third.services != first.services


async def test_a_reader_may_not_restart_and_is_told_which_role_may() -> None:
    async with opened("reader-role") as (_, prod, _clock):
        with pytest.raises(SourceError) as caught:
            await prod.change_service(WORKER, "kubelet", ServiceVerb.RESTART)
    assert caught.value.fault.kind is FaultKind.FORBIDDEN
    assert "os:operator" in caught.value.fault.advice


async def test_the_talosconfig_says_until_when_it_lets_us_in() -> None:
    async with opened("cert-expiring") as (_, prod, _clock):
        found = await prod.certificate()
    assert found.name == "talosconfig prod"
    assert timedelta() < found.expires_at - SystemClock().now() < timedelta(days=4)


def test_pods_images_and_memory_are_no_filesystems_of_the_node() -> None:
    pods = "/var/lib/kubelet/pods/0d1e/volumes/kubernetes.io~csi/data/mount"
    mounts = (
        Mount("/dev/loop0", "/", 81, 0),
        Mount("tmpfs", "/run", 800, 700),
        Mount("/dev/sda6", "/var", 1000, 400),
        Mount("/dev/sda6", "/var/lib/containerd", 1000, 400),
        Mount("/dev/sdb", pods, 1000, 10),
        Mount("/dev/sdc", "/var/mnt/data", 1000, 900),
        Mount("/dev/sdd", "/var/mnt/empty", 0, 0),
    )
    found = [each.mount for each in filesystems(mounts)]
    assert found == ["/var", "/var/mnt/data"]


def disk(name: str, read_bytes: int) -> DiskCounters:
    return DiskCounters(name, 1, read_bytes, 0.0, 1, 0, 0.0, 0.0, 0)


def test_counters_that_began_anew_and_old_samples_make_no_rate() -> None:
    samples = Samples()
    assert samples.disks((disk("sda", 1000),), 0.0) is None
    assert samples.disks((disk("sda", 10),), 3.0) is None
    rates = samples.disks((disk("sda", 40),), 6.0)
    assert rates is not None
    assert rates[0].read_bytes_per_second == pytest.approx(10)
    assert samples.disks((disk("sda", 90),), 7.0 + OLDEST_SECONDS) is None


def process(pid: int, name: str, cpu_seconds: float) -> Process:
    return Process(pid, 1, "S", 1, cpu_seconds, 0, 0, name, name)


def test_a_number_that_was_given_to_another_process_makes_no_use() -> None:
    samples = Samples()
    samples.processes((process(7, "etcd", 50.0), process(8, "a", 9.0)), 0.0)
    now = (process(7, "etcd", 53.0), process(8, "b", 10.0), process(9, "c", 1.0))
    used = {each.name: each.cpu for each in samples.processes(now, 2.0)}
    assert used == {"etcd": 1.5, "b": None, "c": None}
