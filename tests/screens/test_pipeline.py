"""The screen of the log pipeline, over pipelines made by hand."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from msgspec.structs import replace

from tests.estate import make_fleet
from tests.judged import NOW
from tests.screens.stage import SIZES, on_stage
from tui.model.alert import Evidence, Verdict
from tui.model.finding import Finding, FindingKind
from tui.model.fleet import Fleet
from tui.model.pipeline import (
    NODE_STAGES,
    Comparison,
    Hearing,
    NodePipeline,
    Pipeline,
    Stage,
    StageReport,
    StageState,
    Voice,
)
from tui.screens.pipeline import PipelineScreen

OK, BROKEN = StageState.OK, StageState.BROKEN
HOSTILE = "[/nope] \x1b[31mred\x1b[0m"


def report(stage: Stage, state: StageState = OK, words: str = "") -> StageReport:
    said = words or f"{stage.value} is well"
    proof = Evidence(said, Verdict.REAL, "kubernetes prod", "kubectl get x", "", NOW)
    return StageReport(stage, state, said, (proof,))


def make_pipe(name: str, address: str, *broken: StageReport) -> NodePipeline:
    bad = {each.stage: each for each in broken}
    stages = tuple(bad.get(stage) or report(stage) for stage in NODE_STAGES)
    heard = Voice(NOW - timedelta(seconds=4), 1, 1, "host")
    compared = Comparison(NOW - timedelta(hours=1), NOW, 214, 0)
    return NodePipeline(
        name, address, "v1.11.2", stages, heard, 45.0, compared, Hearing.USUAL
    )


VECTOR = report(Stage.VECTOR, BROKEN, f"vector-wk-2 not Ready: {HOSTILE}")
SHARED = (report(Stage.RULES), report(Stage.ALERTMANAGER))


def fleet_of(*shared: StageReport) -> Fleet:
    fleet = make_fleet()
    nodes = (
        make_pipe("talos-cp-1", "10.10.0.40"),
        make_pipe("talos-wk-2", "10.10.0.42", VECTOR),
    )
    way = Pipeline("prod", nodes, shared or SHARED, loki_url="http://loki")
    first, *others = fleet.clusters
    return replace(fleet, clusters=(replace(first, pipeline=way), *others))


@pytest.mark.parametrize("size", SIZES)
async def test_the_broken_stage_is_in_the_first_row_and_its_change_below(
    size: tuple[int, int],
) -> None:
    async with on_stage(size, fleet_of()) as stage:
        await stage.press("P")
        lines = stage.text.splitlines()
        assert "1 broken" in lines[1]
        assert re.search("✖ talos-wk-2 +prod ", lines[3])
        assert ("✖ broken" if size[0] >= 150 else "✖ bad") in lines[3]
        assert "vector: vector-wk-2 not Ready: [/nope]" in lines[4]
        assert "\x1b" not in stage.text
        assert "what mends it: Vector of prod" in stage.text


async def test_the_first_row_is_what_is_copied_and_run() -> None:
    async with on_stage((200, 60), fleet_of()) as stage:
        await stage.press("P", "c")
        assert "talos-log-receiver" in stage.app.clipboard
        await stage.press("R")
        assert "helm upgrade --install vector" in stage.app.clipboard


async def test_one_can_look_at_every_stage_of_a_node_and_at_its_proof() -> None:
    async with on_stage((200, 60), fleet_of()) as stage:
        await stage.press("P")
        assert "✖ broken  vector of talos-wk-2" in stage.text
        await stage.press("right")
        assert "✔ ok  loki of talos-wk-2" in stage.text
        await stage.press("left", "left")
        assert "✔ ok  node port of talos-wk-2" in stage.text
        assert "kubectl get x" in stage.text
        await stage.publish(fleet_of(*SHARED))
        assert "✔ ok  node port of talos-wk-2" in stage.text


async def test_what_is_broken_for_all_stands_above_what_one_node_has() -> None:
    missing = report(Stage.RULES, BROKEN, "no rule ISCSIKernelError")
    async with on_stage((200, 60), fleet_of(missing, SHARED[1])) as stage:
        await stage.press("P")
        first, second = (stage.text.splitlines()[x] for x in (3, 5))
        assert "ruler of Loki  prod" in first
        assert "talos-wk-2" in second
        assert "loki-alerting-rules" in stage.text


async def test_the_kernels_of_all_nodes_are_asked_while_one_looks() -> None:
    async with on_stage((120, 36), fleet_of()) as stage:
        await stage.press("P")
        assert set(stage.backend.compared) == {
            ("prod", "10.10.0.40"),
            ("prod", "10.10.0.42"),
        }
        await stage.press("escape")
        assert stage.backend.compared == []


async def test_without_a_loki_it_says_that_nothing_is_known() -> None:
    async with on_stage((120, 36)) as stage:
        await stage.press("P")
        assert "no Loki is configured" in stage.text


async def test_a_silent_node_leads_from_its_finding_to_its_pipeline() -> None:
    fleet = fleet_of()
    first, *others = fleet.clusters
    silent = Finding(
        FindingKind.NODE_SILENT, Verdict.REAL, "talos-wk-2", "it has gone silent"
    )
    alone = replace(first, findings=(silent,), alerts=())
    async with on_stage((120, 36), replace(fleet, clusters=(alone, *others))) as stage:
        await stage.press("enter")
        assert "the log pipeline: each stage" in stage.text
        await stage.press("enter")
        assert isinstance(stage.app.screen, PipelineScreen)


async def test_the_foot_offers_what_the_row_has() -> None:
    async with on_stage((120, 36), fleet_of()) as stage:
        await stage.press("P")
        foot = stage.text.splitlines()[-1]
        assert "c copy change   R copy command" in foot
        assert "d dmesg" in foot
        await stage.press("j")
        foot = stage.text.splitlines()[-1]
        assert "copy" not in foot
        await stage.press("G")
        assert "▌✔ ruler of Loki" in stage.text
        assert "dmesg" not in stage.text.splitlines()[-1]
        await stage.press("enter")
        assert "sources" in stage.text.splitlines()[1]
