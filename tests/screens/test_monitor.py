"""Deleting a ServiceMonitor: shown whole, tried first, confirmed by its name."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.estate import make_fleet
from tests.screens.stage import SIZES, Stage, on_stage
from tui.messages import OpenMonitor
from tui.model.command import DeleteMonitor, Outcome
from tui.model.fault import Fault, FaultKind
from tui.model.manifest import Manifest, Manifests

NAME = "stack-kube-proxy"
PROXY = Manifest(
    "monit",
    "monitoring",
    NAME,
    "u-1",
    "71",
    "kind: ServiceMonitor\nmetadata:\n  name: stack-kube-proxy\nspec: {}\n",
    ("It is part of the Helm release stack: the next upgrade brings it back.",),
    "selects the Service kube-system/stack-kube-proxy, whose job is kube-proxy",
)
FOUND = Manifests("monit", "kube-proxy", (PROXY,), asked_for="prod")
REFUSAL = (
    "the config does not allow this in monit: add allow = "
    '["servicemonitor-actions"] in [clusters.monit]'
)


async def opened(stage: Stage, found: Manifests = FOUND) -> None:
    stage.backend.manifests = found
    stage.backend.outcome = Outcome(said="the server would delete it")
    stage.app.post_message(OpenMonitor("prod", "kube-proxy"))
    await stage.settle()


def keys(stage: Stage) -> set[str | None]:
    return {each.binding.id for each in stage.app.screen.active_bindings.values()}


@pytest.mark.parametrize("size", SIZES)
async def test_it_is_shown_whole_with_what_follows(size: tuple[int, int]) -> None:
    async with on_stage(size) as stage:
        await opened(stage)
        assert "delete the ServiceMonitor of kube-proxy  monit" in stage.text
        assert "monitoring/stack-kube-proxy" in stage.text
        assert "name: stack-kube-proxy" in stage.text
        assert "▲ It is part of the Helm release stack" in stage.text
        assert "absent()" in stage.text
        assert "The Prometheus of prod lives in monit" in stage.text
        assert stage.backend.submitted == []


async def test_nothing_is_deleted_without_a_dry_run_and_its_name() -> None:
    async with on_stage() as stage:
        await opened(stage)
        await stage.press("D")
        assert stage.backend.submitted == [DeleteMonitor(PROXY, is_dry=True)]
        assert "✔ dry run: the server would delete it" in stage.text
        await stage.press(*"kube-proxy", "enter")
        assert len(stage.backend.submitted) == 1
        assert "That is not its name: nothing was deleted." in stage.text
        stage.backend.outcome = Outcome(
            said="deleted; `taloscope undo 1` puts it back", undo_id="1"
        )
        await stage.press("ctrl+u", *NAME, "enter")
        assert stage.backend.submitted[1:] == [DeleteMonitor(PROXY, is_dry=False)]
        assert "✔ deleted; `taloscope undo 1` puts it back" in stage.text
        assert "as it was" in stage.text
        assert "monitor.delete" not in keys(stage)
        await stage.press("c")
        assert stage.app.clipboard == "taloscope undo 1"


async def test_one_may_think_better_of_it() -> None:
    async with on_stage() as stage:
        await opened(stage)
        await stage.press("D", *"stack", "escape")
        assert "delete the ServiceMonitor" in stage.text
        assert "dry run" not in stage.text
        await stage.press("escape")
        assert "delete the ServiceMonitor" not in stage.text
        assert [each.is_dry for each in submitted(stage)] == [True]


def submitted(stage: Stage) -> list[DeleteMonitor]:
    return [each for each in stage.backend.submitted if isinstance(each, DeleteMonitor)]


async def test_a_dry_run_that_fails_goes_no_further() -> None:
    async with on_stage((140, 40)) as stage:
        await opened(stage)
        summary = "forbids this: cannot delete"
        stage.backend.outcome = Outcome(fault=Fault(FaultKind.FORBIDDEN, summary))
        await stage.press("D")
        assert "✖ nothing was deleted: forbids this: cannot delete" in stage.text
        assert "Least privilege" in stage.text
        await stage.press(*NAME, "enter")
        assert [each.is_dry for each in submitted(stage)] == [True]


async def test_what_nobody_can_tell_is_said_and_not_tried_again() -> None:
    async with on_stage((140, 40)) as stage:
        await opened(stage)
        await stage.press("D")
        fault = Fault(FaultKind.TIMEOUT, "no answer within 5 s")
        stage.backend.outcome = Outcome(fault=fault, is_unknown=True)
        await stage.press(*NAME, "enter")
        assert "it may or may not be deleted: look before you repeat it" in stage.text
        assert "monitor.delete" not in keys(stage)


async def test_where_the_config_does_not_allow_it_it_says_what_to_add() -> None:
    async with on_stage((140, 40)) as stage:
        await opened(stage, replace(FOUND, refusal=REFUSAL))
        assert REFUSAL in stage.text
        assert "name: stack-kube-proxy" in stage.text
        assert "monitor.delete" not in keys(stage)
        await stage.press("D")
        assert stage.backend.submitted == []


async def test_what_cannot_be_read_says_why() -> None:
    async with on_stage() as stage:
        fault = Fault(FaultKind.NOT_FOUND, "has no such thing: 404 page not found")
        await opened(stage, replace(FOUND, found=(), fault=fault))
        assert "? has no such thing: 404 page not found" in stage.text
        assert "monitor.delete" not in keys(stage)


async def test_where_there_is_none_there_is_nothing_to_delete() -> None:
    async with on_stage() as stage:
        await opened(stage, replace(FOUND, found=()))
        words = "✔ no ServiceMonitor of monit makes the job kube-proxy"
        assert words in stage.text


async def test_other_jobs_that_end_with_it_are_said_loudest() -> None:
    async with on_stage((140, 40)) as stage:
        wide = replace(PROXY, also=("kube-dns", "etcd"))
        await opened(stage, replace(FOUND, found=(wide,)))
        assert "✖ It also makes the jobs kube-dns, etcd: they end with it." in (
            stage.text
        )


async def test_of_several_each_is_shown_and_only_the_shown_one_is_meant() -> None:
    async with on_stage() as stage:
        other = replace(PROXY, name="old-kube-proxy")
        await opened(stage, replace(FOUND, found=(PROXY, other)))
        assert "1 of 2" in stage.text
        await stage.press("D", "escape", "n")
        assert "2 of 2" in stage.text
        assert "dry run" not in stage.text
        await stage.press("D")
        assert submitted(stage)[-1].manifest.name == "old-kube-proxy"


async def test_words_from_outside_are_no_markup() -> None:
    async with on_stage() as stage:
        odd = replace(PROXY, text="a: '[/nope]'\nb: \x1b[2J\n")
        await opened(stage, replace(FOUND, found=(odd,)))
        assert "[/nope]" in stage.text


async def test_it_is_one_key_away_from_a_false_positive() -> None:
    async with on_stage() as stage:
        fleet = make_fleet()
        agentic = fleet.clusters[2]
        assert agentic.alerts
        false = agentic.alerts[0]
        judged = replace(false.judgement, needless_job="kube-proxy")
        agentic = replace(agentic, alerts=(replace(false, judgement=judged),))
        await stage.publish(replace(fleet, clusters=(*fleet.clusters[:2], agentic)))
        stage.backend.manifests = FOUND
        await stage.press("3", "enter")
        assert "D deletes the monitor" in stage.text
        await stage.press("D")
        assert stage.backend.looked_for == [("agentic", "kube-proxy")]
        assert "delete the ServiceMonitor of kube-proxy" in stage.text


async def test_an_alert_that_is_not_false_has_no_such_key() -> None:
    async with on_stage() as stage:
        await stage.press("enter")
        assert "alert.monitor" not in keys(stage)
