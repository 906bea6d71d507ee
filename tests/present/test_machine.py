from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from tests.judged import NOW, ago
from tests.machines import make_detail, make_history, make_vitals
from tui.model.command import ServiceVerb
from tui.model.machine import Certificate, Filesystem, Moment
from tui.present import machine, machine_plots, machine_services, machine_tables
from tui.present.glyphs import UNICODE
from tui.present.machine_versions import parse, version_cell
from widgets.values import Tone


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "0 B"),
        (812, "812 B"),
        (1024, "1.0 KiB"),
        (1.25 * 2**30, "1.2 GiB"),
        (12 * 2**30, "12 GiB"),
        (3 * 2**60, "3072 PiB"),
    ],
)
def test_sizes_are_short(number: float, words: str) -> None:
    assert machine.size(number) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.0042, "+4ms"), (-0.18, "-180ms"), (3.44, "+3.4s"), (-150, "-2m")],
)
def test_clock_offsets_have_a_sign(seconds: float, words: str) -> None:
    assert machine.offset(seconds) == words


def test_the_certificate_that_ends_first_counts() -> None:
    found = machine.expiry(
        (
            Certificate("a", NOW + timedelta(days=200)),
            Certificate("b", NOW + timedelta(days=3)),
        ),
        NOW,
    )
    assert (found.text, found.tone) == ("3d", Tone.CRITICAL)
    assert machine.expiry((Certificate("a", ago(days=1)),), NOW).text == "expired"
    assert machine.expiry((), NOW).text == ""


@pytest.mark.parametrize(
    ("tag", "words", "tone"),
    [
        ("v1.34.1", "1.34.1", None),
        ("v1.34.0", "▲1.34.0", Tone.WARNING),
        ("v1.33.9", "▲1.33.9", Tone.WARNING),
        ("v1.32.9", "✖1.32.9", Tone.CRITICAL),
        ("v1.35.0", "✖1.35.0", Tone.CRITICAL),
        ("unknown", "unknown", None),
    ],
)
def test_a_version_is_measured_by_the_one_that_is_wanted(
    tag: str, words: str, tone: Tone | None
) -> None:
    cell = version_cell(tag, parse("v1.34.1"), UNICODE)
    assert (cell.text, cell.tone) == (words, tone)


def test_a_curve_is_broken_where_nothing_was_heard() -> None:
    curve = machine_plots.memory(make_history()).plot.series[0]
    assert list(curve.ys).count(None) == 1


def test_a_reboot_breaks_the_cpu_and_nothing_else() -> None:
    before, after = make_history()[:2]
    after = replace(after, vitals=replace(make_vitals(), cpu=None))
    assert machine_plots.cpu((before, after)).plot.series[0].ys[-1] is None
    assert machine_plots.load((before, after)).plot.series[0].ys[-1] is not None


def test_the_busiest_devices_are_drawn_and_told() -> None:
    curves = machine_plots.network(make_history())
    words = "".join(span.text for span in curves.words)
    assert words.startswith("eth0 in 2.0 MiB/s out 781 KiB/s")
    assert "3 err/s" in words


def test_devices_that_are_read_less_often_make_one_curve() -> None:
    moments = tuple(
        replace(each, links=None) if at % 3 else each
        for at, each in enumerate(make_history()[:6])
    )
    curve = machine_plots.network(moments).plot.series[-1]
    assert len(curve.ys) == 2
    assert None not in curve.ys


def test_a_single_moment_and_none_are_drawn_too() -> None:
    moment = Moment(NOW, make_vitals(), make_detail().disks, make_detail().links)
    for draw in (
        machine_plots.cpu,
        machine_plots.memory,
        machine_plots.load,
        machine_plots.network,
        machine_plots.disks,
    ):
        assert draw((moment,)).words
        assert draw(()).words == ()


def test_the_fullest_filesystem_comes_first_and_a_full_one_is_loud() -> None:
    rows = machine_tables.filesystem_rows(
        (Filesystem("/", "a", 100, 80), Filesystem("/var", "b", 100, 2))
    )
    assert [row.cells[1].text for row in rows] == ["/var", "/"]
    assert rows[0].cells[0].tone is Tone.CRITICAL


def test_only_what_apid_does_is_offered() -> None:
    refused = machine_services.refusal("etcd", ServiceVerb.RESTART)
    assert "Talos does not let etcd be restarted" in refused
    assert machine_services.refusal("kubelet", ServiceVerb.RESTART) == ""
    assert machine_services.refusal("kubelet", ServiceVerb.STOP) != ""
    assert machine_services.refusal("ext-iscsid", ServiceVerb.STOP) == ""


def test_looking_at_a_node_does_not_tear_its_curves() -> None:
    vitals = [
        Moment(ago(seconds=10 * n), make_vitals(), None, None) for n in range(60, 0, -1)
    ]
    rates = [
        Moment(ago(seconds=3 * n), None, make_detail().disks, make_detail().links)
        for n in range(40, -1, -1)
    ]
    moments = sorted((*vitals, *rates), key=lambda each: each.at)
    for draw in (machine_plots.cpu, machine_plots.memory, machine_plots.load):
        curves = draw(moments)
        assert curves.words
        for curve in curves.plot.series:
            assert len(curve.ys) == 60
            assert None not in curve.ys
    network = machine_plots.network(moments).plot.series[-1]
    assert len(network.ys) == 41
    assert None not in network.ys
