"""What to look at next: what runs by itself, and what a key has to ask for."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.estate import make_fleet, make_target
from tests.judged import carrick_alert
from tests.screens.stage import SIZES, Stage, on_stage
from tests.triage.examination.exams import Exam, handshake, pod, proxmox, subject
from tui.messages import OpenChecks
from tui.model.examination import Subject
from tui.model.fault import Fault, FaultKind
from tui.model.probe import HttpStatus, Trust
from tui.model.target import Health
from tui.present import examination

CRASHING = (pod(reason="CrashLoopBackOff"),)
FROM_HERE = {"tcp", "tls", "http"}


async def looked_at(stage: Stage, exam: Exam, *more: Subject) -> None:
    """Open the screen on this target."""
    stage.backend.exam = exam
    stage.app.post_message(OpenChecks((exam.subject, *more)))
    await stage.settle()


def ran(stage: Stage) -> list[frozenset[str]]:
    assert stage.backend.inquiry is not None
    return stage.backend.inquiry.runs


async def test_a_check_that_was_not_run_has_its_whole_name() -> None:
    async with on_stage((120, 40)) as stage:
        await looked_at(stage, Exam(proxmox(), tls=handshake(Trust.UNKNOWN_CA)))
        assert "its address accepts connections" in stage.text
        assert "an answer to a GET, without credentials" in stage.text


@pytest.mark.parametrize("size", SIZES)
async def test_nothing_is_dialled_until_a_key_says_so(size: tuple[int, int]) -> None:
    async with on_stage(size) as stage:
        await looked_at(stage, Exam(proxmox(), tls=handshake(Trust.UNKNOWN_CA)))
        assert ran(stage) == []
        assert "○ not run" in stage.text
        assert "runs all checks: that dials 10.30.0.10:8006 from this" in stage.text
        await stage.press("w")
        assert ran(stage) == [frozenset(FROM_HERE)]
        assert "○ not run" not in stage.text
        assert "✖ fail" in stage.text


async def test_what_kubernetes_tells_is_asked_at_once() -> None:
    async with on_stage() as stage:
        await looked_at(stage, Exam(subject(), pods=CRASHING))
        assert ran(stage) == [frozenset({"pods", "service", "endpoints"})]
        assert "argocd-0 is not ready: CrashLoopBackOff" in stage.text
        assert "→ Its pod argocd/argocd-0 is not ready (CrashLoopBackOff)" in stage.text


async def test_one_check_can_be_run_by_itself() -> None:
    async with on_stage() as stage:
        await looked_at(stage, Exam(proxmox()))
        await stage.press("j", "j", "enter")
        assert ran(stage) == [frozenset({"http"})]
        assert stage.text.count("○ not run") == 2


async def test_the_conclusion_stands_above_everything() -> None:
    async with on_stage((140, 40)) as stage:
        exam = Exam(
            proxmox(last_error="server returned HTTP status 401 Unauthorized"),
            tls=handshake(Trust.UNKNOWN_CA),
            http=HttpStatus(401),
        )
        await looked_at(stage, exam)
        await stage.press("w")
        assert (
            "→ The host answers and asks for credentials: look at the password or the "
            "token in the scrape config."
        ) in stage.text


async def test_evidence_tells_value_source_time_and_latency() -> None:
    async with on_stage((140, 40)) as stage:
        await looked_at(stage, Exam(proxmox()))
        await stage.press("w", "j")
        assert "issuer O=PVE Cluster Manager CA" in stage.text
        assert ": 90 days left" in stage.text
        assert "from here  0s ago, took 3ms" in stage.text
        assert "openssl s_client -connect 10.30.0.10:8006" in stage.text


async def test_many_checks_keep_their_room_on_a_small_screen() -> None:
    async with on_stage((80, 24)) as stage:
        await looked_at(stage, Exam(subject(), pods=CRASHING))
        await stage.press("w")
        rows = (
            "its pods run",
            "its Service is there",
            "ready endpoints",
            "its address accepts",
        )
        assert [row for row in rows if row not in stage.text] == []
        evidence = stage.text.partition("evidence")[2]
        assert "argocd-0 is not ready: CrashLoopBackOff" in evidence
        assert "its pods run" not in evidence


async def test_a_check_that_waits_says_so_and_can_be_left() -> None:
    async with on_stage() as stage:
        await looked_at(stage, Exam(proxmox()))
        assert stage.backend.inquiry is not None
        stage.backend.inquiry.gate.clear()
        await stage.press("w")
        assert "… 3 running" in stage.text
        assert "… asking" in stage.text
        await stage.press("w")
        assert len(ran(stage)) == 1
        await stage.press("escape")
        assert "what next" not in stage.text


async def test_what_a_check_asks_can_be_copied() -> None:
    async with on_stage() as stage:
        await looked_at(stage, Exam(proxmox()))
        await stage.press("c")
        assert stage.app.clipboard == "nc -zv -w 3 10.30.0.10 8006"


async def test_what_may_not_be_read_is_said_where_it_is_missed() -> None:
    async with on_stage((140, 40)) as stage:
        forbidden = Fault(FaultKind.FORBIDDEN, "forbids this: cannot list services")
        await looked_at(stage, Exam(subject(), services=forbidden))
        assert "? can't tell" in stage.text
        assert "kubernetes prod: forbids this: cannot list services" in stage.text


async def test_several_targets_are_gone_through_one_by_one() -> None:
    async with on_stage() as stage:
        second = replace(proxmox(), instance="10.30.0.11:8006")
        await looked_at(stage, Exam(proxmox()), second)
        assert "1 of 2" in stage.text
        await stage.press("n")
        assert "10.30.0.11:8006" in stage.text
        assert "2 of 2" in stage.text
        await stage.press("n")
        assert "1 of 2" in stage.text


async def test_there_is_no_key_for_a_second_target_that_is_not_there() -> None:
    async with on_stage() as stage:
        await looked_at(stage, Exam(proxmox()))
        active = stage.app.screen.active_bindings.values()
        assert "checks.next" not in {each.binding.id for each in active}


async def test_a_target_that_is_up_again_says_so() -> None:
    async with on_stage() as stage:
        row = make_target("vault", "10.9.8.7:8200", health=Health.DOWN, error="refused")
        await looked_at(stage, Exam(Subject.of("prod", row)))
        assert "✖ down" in stage.text
        fleet = make_fleet()
        again = make_target("vault", "10.9.8.7:8200")
        prod = replace(fleet.clusters[0], targets=(again,))
        await stage.publish(replace(fleet, clusters=(prod, *fleet.clusters[1:])))
        assert "● up" in stage.text


async def test_words_from_outside_are_no_markup() -> None:
    async with on_stage((140, 40)) as stage:
        odd = HttpStatus(500, first_line="[/nope] [red]boo\x1b[2J")
        await looked_at(stage, Exam(proxmox(last_error="[bold]x[/]"), http=odd))
        await stage.press("w", "j", "j")
        assert "[/nope] [red]boo" in stage.text
        assert "[bold]x[/]" in stage.text


@pytest.mark.parametrize("size", SIZES)
async def test_it_is_one_key_away_from_a_target(size: tuple[int, int]) -> None:
    async with on_stage(size) as stage:
        await stage.press("2", "t", "w")
        assert "what next  proxmox-carrick 10.30.0.10:8006  monit" in stage.text


async def test_it_is_one_key_away_from_an_alert() -> None:
    async with on_stage() as stage:
        await stage.press("2", "enter", "w")
        assert "what next  proxmox-carrick 10.30.0.10:8006  monit" in stage.text


async def test_an_alert_about_no_target_has_no_such_key() -> None:
    async with on_stage() as stage:
        await stage.press("enter")
        active = stage.app.screen.active_bindings.values()
        assert "alert.checks" not in {each.binding.id for each in active}


async def test_it_is_one_key_away_from_a_finding() -> None:
    async with on_stage() as stage:
        await stage.press("j", "enter", "w")
        assert "what next  argocd-server-metrics 10.10.0.40:30083  prod" in stage.text


def test_an_alert_counts_the_targets_of_its_job_that_are_down_first() -> None:
    alert = carrick_alert()
    cluster = make_fleet().cluster("monit")
    assert cluster is not None
    up = make_target("proxmox-carrick", "10.30.0.9:8006")
    cluster = replace(cluster, targets=(up, *(cluster.targets or ())))
    found = examination.subjects(alert, cluster)
    assert [each.instance for each in found] == ["10.30.0.10:8006"]


def test_an_alert_of_a_job_that_prometheus_does_not_list_is_a_subject_itself() -> None:
    alert = carrick_alert()
    cluster = make_fleet().cluster("monit")
    assert cluster is not None
    (found,) = examination.subjects(alert, replace(cluster, targets=None))
    assert (found.job, found.health) == ("proxmox-carrick", Health.ABSENT)
