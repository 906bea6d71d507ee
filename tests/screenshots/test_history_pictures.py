"""Pictures of what time has brought: they need a silence, and a past."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from msgspec.structs import replace

from tests.screenshots.drawing import at_rest, compare, reached
from tests.screenshots.test_screenshots import (
    NOW,
    FixedClock,
    ReadBefore,
    is_live,
    read_before,
    shown,
)
from tui.chronicle.changes import changes
from tui.chronicle.known import Known, look
from tui.cli.demo import running_lab
from tui.clock import SystemClock
from tui.model.alert import Alert, AlertState, JudgedAlert, Judgement, Verdict
from tui.model.fleet import Cluster, FeedKey, Fleet, SourceKind, SourceStatus
from tui.model.silence import Matcher, Silence, SilenceState
from tui.state.book import FILE, Book

PICTURES = {
    "hidden": ((200, 60), (), "REAL, HIDDEN"),
    "hidden-80x24": ((80, 24), (), "REAL, HIDDEN"),
    "history": ((140, 44), ("H",), "false → ✖ REAL"),
    "history-80x24": ((80, 24), ("H",), "false → ✖ REAL"),
}
LATER = NOW + timedelta(seconds=12)
FALSE, REAL = Verdict.FALSE_POSITIVE, Verdict.REAL
COMMENT = "False positive: Cilium replaces kube-proxy"


class LaterClock(FixedClock):
    """Twelve seconds after everything was read."""

    def now(self) -> datetime:
        return LATER


@pytest.fixture(scope="module")
def lab() -> Iterator[dict[str, str]]:
    story = ("--at", "4m40s", "--speed", "0", "--now", NOW.isoformat())
    with running_lab(story, SystemClock()) as variables:
        name = silence(variables["ALERTMANAGER_URL"])
        yield {**variables, "SILENCE": name}


def silence(url: str) -> str:
    """What a colleague did with another tool; returns its id."""
    names = {"alertname": "KubeProxyDown", "cluster": "prod"}
    body = {
        "matchers": [
            {"name": name, "value": value, "isRegex": False, "isEqual": True}
            for name, value in names.items()
        ],
        "startsAt": NOW.isoformat(),
        "endsAt": (NOW + timedelta(hours=8760)).isoformat(),
        "createdBy": "ops",
        "comment": COMMENT,
    }
    request = urllib.request.Request(
        f"{url}/api/v2/silences",
        json.dumps(body).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return str(json.load(answer)["silenceID"])


def listed(url: str) -> dict[tuple[str, str], Alert]:
    """The alerts of the lab by name and cluster label."""
    with urllib.request.urlopen(f"{url}/api/v2/alerts", timeout=10) as answer:
        found = json.load(answer)
    alerts = [
        Alert(
            one["fingerprint"],
            one["labels"],
            {},
            AlertState.ACTIVE,
            datetime.fromisoformat(one["startsAt"]),
            None,
            None,
        )
        for one in found
    ]
    return {(each.name, each.labels.get("cluster", "")): each for each in alerts}


class Past:
    """Looks of runs before this one, written as they would have been."""

    def __init__(self, folder: Path, url: str) -> None:
        self._book = Book(folder / FILE, "before")
        self._url = url
        self._listed = listed(url)
        self._known: Known = self._book.known(NOW)

    def alert(
        self, name: str, cluster: str, verdict: Verdict, reason: str
    ) -> JudgedAlert:
        """One that the lab lists, or listed once."""
        here = self._listed.get((name, cluster)) or self._listed.get((name, ""))
        gone = Alert(name, {"alertname": name}, {}, AlertState.ACTIVE, NOW, None, None)
        judgement = Judgement(verdict, reason, rule="x")
        return JudgedAlert(here or gone, judgement, cluster, self._url)

    def watch(
        self,
        begin: datetime,
        end: datetime,
        alerts: Sequence[JudgedAlert],
        silences: Sequence[Silence] = (),
    ) -> None:
        """Look every hour: with such a pace that is no gap."""
        at = begin
        while at <= end:
            status = SourceStatus(
                FeedKey(SourceKind.ALERTMANAGER, self._url, "alerts"), 1800, at
            )
            cluster = Cluster("prod", (status,), alerts=tuple(alerts))
            after = look(self._known, Fleet((cluster,), (), tuple(silences)), at)
            self._book.write(after, changes(self._known, after), at)
            self._known = after
            at = min(at + timedelta(hours=1), end) if at < end else end + end.resolution

    def close(self) -> None:
        self._book.close()


HOUR = timedelta(hours=1)
KINDS = (
    ("KubeProxyDown", "prod", FALSE, "Cilium replaces it, 4/4 agents ready"),
    ("KubeSchedulerDown", "prod", FALSE, "Talos hides its metrics, 1/1 pods ready"),
    ("KubeControllerManagerDown", "prod", FALSE, "Talos hides its metrics"),
    ("KubeProxyDown", "agentic", FALSE, "Cilium replaces it, 1/1 agents ready"),
    ("TargetDown", "monit", REAL, "a Proxmox host is no longer scraped"),
    ("Watchdog", "monit", Verdict.BY_DESIGN, "always fires: alerts do arrive"),
    ("BTRFSCorruptionDetected", "prod", REAL, "talos-wk-2 sdb: damaged data"),
    ("ISCSIKernelError", "prod", REAL, "talos-wk-2 session1: it is failing"),
)


def a_past(folder: Path, url: str, silence_id: str) -> Book:
    """Three weeks with some nights in which nobody looked."""
    past = Past(folder, url)
    every = [past.alert(*kind) for kind in KINDS]
    calm = every[:6]
    for day in range(20):
        begin = NOW - timedelta(days=20 - day)
        if day in {6, 7, 13}:
            continue
        shown = list(calm)
        if day in {3, 9, 10}:
            brief = past.alert("CPUThrottlingHigh", "prod", FALSE, "generous limits")
            alert = replace(brief.alert, starts_at=begin + 2 * HOUR)
            shown.append(replace(brief, alert=alert))
        past.watch(begin, begin + 20 * HOUR, shown)
        past.watch(begin + 20 * HOUR, begin + 23 * HOUR, calm)
    rolling = _silence("old", "alice", "rolling the control plane", 3 * HOUR)
    quiet = _under(calm[1], "old")
    past.watch(NOW - 3 * HOUR, NOW - 2 * HOUR, [calm[0], quiet, *calm[2:]], [rolling])
    made = _silence(silence_id, "ops", COMMENT, HOUR)
    now = [_under(every[0], silence_id), *every[1:]]
    past.watch(NOW - 2 * HOUR, NOW - HOUR, calm)
    past.watch(NOW - timedelta(seconds=20), NOW - timedelta(seconds=20), now, [made])
    past.close()
    return Book(folder / FILE, "now")


def _under(judged: JudgedAlert, silence_id: str) -> JudgedAlert:
    return replace(judged, alert=replace(judged.alert, silenced_by=(silence_id,)))


def _silence(name: str, by: str, comment: str, ago: timedelta) -> Silence:
    made, end = NOW - ago, NOW + timedelta(days=365)
    matchers = (Matcher("alertname", "KubeProxyDown"),)
    return Silence(name, SilenceState.ACTIVE, matchers, made, end, made, by, comment)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def engine(
    lab: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[ReadBefore]:
    folder = tmp_path_factory.mktemp("past")
    book = a_past(folder, lab["ALERTMANAGER_URL"], lab["SILENCE"])
    async with read_before(Path(lab["TALOSCOPE_CONFIG"]), book, is_live) as read:
        yield read


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("name", PICTURES)
async def test_the_picture_is_what_the_program_draws(
    name: str,
    engine: ReadBefore,
    request: pytest.FixtureRequest,
) -> None:
    size, keys, text = PICTURES[name]
    async with shown(engine, size, LaterClock()) as (app, pilot):
        await reached(app, pilot, keys, text)
        for _ in range(2):
            # The line at the top came late, and took room from what was there.
            app.show_now()
            await at_rest(pilot)
        await compare(name, app, request)
