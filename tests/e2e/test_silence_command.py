"""`taloscope silence` on the lab: what it tells, what it does, how it ends."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.labs import RunningLab, running_lab
from tui.clock import SystemClock

FALSE = ("KubeProxyDown", "cluster=prod")
REAL = ("TargetDown", "job=proxmox-carrick")
WHY = ("--comment", "a test's own")


@pytest.fixture(scope="module")
def started() -> Iterator[RunningLab]:
    with running_lab("--at", "2m", "--speed", "0") as lab:
        yield lab


@pytest.fixture
def lab(started: RunningLab, tmp_path: Path) -> Iterator[RunningLab]:
    """The lab with a state of its own, without silences before and after."""
    assert live(started) == []
    yield RunningLab({**started.environment, "XDG_STATE_HOME": str(tmp_path)})
    for each in live(started):
        httpx.delete(f"{api(started)}/silence/{each}").raise_for_status()


def live(lab: RunningLab) -> list[str]:
    """By Alertmanager's own API: runs of ours for each test would take long."""
    found = httpx.get(f"{api(lab)}/silences").raise_for_status().json()
    return [each["id"] for each in found if each["status"]["state"] != "expired"]


def api(lab: RunningLab) -> str:
    return lab.environment["ALERTMANAGER_URL"] + "/api/v2"


def told(lab: RunningLab, *arguments: str) -> tuple[int, dict[str, Any]]:
    done = lab.run("silence", *arguments, "--output", "json")
    assert done.stdout, done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    assert document["exit_code"] == done.returncode
    return done.returncode, document


def listed(lab: RunningLab, *arguments: str) -> list[dict[str, Any]]:
    _, document = told(lab, "list", *arguments)
    found: list[dict[str, Any]] = document["silences"]
    return found


def test_a_silence_is_made_listed_and_ended(lab: RunningLab, tmp_path: Path) -> None:
    done = lab.run("silence", "add", *FALSE, *WHY, "-d", "2h", "-a", "ada")
    assert done.returncode == 0, done.stderr
    made = done.stdout.splitlines()[-1]
    assert "KubeProxyDown" in done.stdout

    (found,) = listed(lab)
    assert (found["id"], found["created_by"], found["hides"]) == (made, "ada", 1)
    assert "hides 1" in lab.run("silence", "list").stdout
    assert lab.run("silence", "list", "-q").stdout.split() == [made]

    code, ended = told(lab, "expire", made)
    assert code == 0
    assert [each["name"] for each in ended["comes_back"]] == ["KubeProxyDown"]
    assert listed(lab) == []
    assert lab.run("silence", "list", "-q").stdout == ""
    (over,) = [one for one in listed(lab, "--state", "expired") if one["id"] == made]
    assert over["comment"] == WHY[1]

    log = (tmp_path / "taloscope" / "audit.jsonl").read_text().splitlines()
    outcomes = [(json.loads(one)["what"], json.loads(one)["outcome"]) for one in log]
    assert outcomes == [
        ("silence.create", "attempt"),
        ("silence.create", "done"),
        ("silence.expire", "attempt"),
        ("silence.expire", "done"),
    ]


def test_a_dry_run_tells_and_changes_nothing(lab: RunningLab, tmp_path: Path) -> None:
    code, document = told(lab, "add", *REAL, *WHY, "--dry-run")
    assert code == 0
    assert document["dry_run"]
    assert document["outcome"] is None
    (firing,) = document["preview"]["firing"]
    assert firing["verdict"] == "real"
    assert document["preview"]["real"] == [firing["fingerprint"]]
    assert "hides-real" in document["preview"]["warnings"]
    assert listed(lab) == []
    assert not (tmp_path / "taloscope").exists()


def test_what_is_real_is_not_hidden_without_a_yes(lab: RunningLab) -> None:
    refused = lab.run("silence", "add", *REAL, *WHY)
    assert refused.returncode == 4
    assert "hides what is REAL: TargetDown in monit" in refused.stdout
    assert "--yes-hide-real" in refused.stderr
    assert listed(lab) == []
    assert lab.run("silence", "add", *REAL, *WHY, "--yes-hide-real").returncode == 0
    assert len(listed(lab)) == 1


def test_the_same_again_can_be_made_to_last_longer(lab: RunningLab) -> None:
    lab.run("silence", "add", *FALSE, *WHY, "-d", "1h")
    (first,) = listed(lab)
    _, again = told(
        lab, "add", *reversed(FALSE[1:]), "alertname=KubeProxyDown", "-n", *WHY
    )
    assert again["preview"]["silences"] == [{"id": first["id"], "likeness": "equal"}]
    assert lab.run("silence", "add", *FALSE, "-d", "3h", "--extend").returncode == 0
    (longer,) = listed(lab)
    assert (longer["id"], longer["comment"]) == (first["id"], WHY[1])
    assert longer["ends_at"] > first["ends_at"]


def test_many_are_ended_by_a_matcher_once_that_is_agreed_to(lab: RunningLab) -> None:
    for cluster in ("prod", "monit", "agentic"):
        lab.run("silence", "add", "Bulk", f"cluster={cluster}", *WHY)
    lab.run("silence", "add", "Other", *WHY)
    assert len(listed(lab, "alertname=Bulk")) == 3
    assert lab.run("silence", "expire", "alertname=Bulk").returncode == 4
    assert len(listed(lab)) == 4
    few = "{alertname=Bulk, cluster=monit}"
    assert lab.run("silence", "expire", "--dry-run", few).stdout.count("active") == 1
    done = lab.run("silence", "expire", "--yes", "alertname=Bulk")
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "ended 3 of 3")
    assert len(listed(lab)) == 1


def test_what_ends_soon_is_listed_alone(lab: RunningLab) -> None:
    lab.run("silence", "add", "Soon", *WHY, "-d", "2h")
    lab.run("silence", "add", "Later", *WHY, "-d", "2d")
    (soon,) = listed(lab, "--expiring", "24h")
    assert soon["matchers"][0]["value"] == "Soon"


def test_an_id_that_nobody_knows_ends_nothing(lab: RunningLab) -> None:
    lab.run("silence", "add", *FALSE, *WHY)
    (known,) = listed(lab)
    done = lab.run("silence", "expire", known["id"], "deadbeef")
    assert done.returncode == 1
    assert "deadbeef: there is no such silence" in done.stderr
    done = lab.run("silence", "expire", "--yes", known["id"], "alertname=Nope")
    assert done.returncode == 1
    assert "no silence that stands has these matchers" in done.stderr
    assert len(listed(lab)) == 1


def test_an_id_that_is_known_is_ended_although_another_alertmanager_is_gone(
    lab: RunningLab, tmp_path: Path
) -> None:
    url = lab.environment["ALERTMANAGER_URL"]
    config = tmp_path / "two.toml"
    config.write_text(
        f"[clusters.prod.alertmanager]\nurl = '{url}'\n"
        "[clusters.gone.alertmanager]\nurl = 'http://127.0.0.1:1'\n"
    )
    both = RunningLab({**lab.environment, "TALOSCOPE_CONFIG": str(config)})
    made = lab.run("silence", "add", *FALSE, *WHY).stdout.split()[-1]
    refused = both.run("silence", "expire", "--yes", "alertname=KubeProxyDown")
    assert refused.returncode == 1
    assert "its silences are not known" in refused.stderr
    done = both.run("silence", "expire", made)
    assert (done.returncode, live(lab)) == (0, []), done.stderr


def test_nothing_is_made_up_when_alertmanager_is_gone(lab: RunningLab) -> None:
    lab.faults(("alertmanager-down",))
    try:
        code, document = told(lab, "list")
        assert (code, document["silences"]) == (1, [])
        assert document["alertmanagers"][0]["faults"][0]["kind"] == "unreachable"
        code, document = told(lab, "add", *FALSE, *WHY)
        assert code == 4, "what it hides is not known, and nobody was there to ask"
        assert document["blind"]["kind"] == "unreachable"
        code, document = told(lab, "add", *FALSE, *WHY, "--yes-hide-real")
        assert code == 1
        assert document["outcome"]["fault"]["kind"] == "unreachable"
        ended = lab.run("silence", "expire", "deadbeef")
        assert ended.returncode == 1
        assert "its silences are not known" in ended.stderr
    finally:
        lab.faults((), ("alertmanager-down",))


def test_a_silence_whose_answer_is_lost_is_found(lab: RunningLab) -> None:
    lab.faults(("silences-unanswered",))
    try:
        done = lab.run("silence", "add", *FALSE, *WHY)
    finally:
        lab.faults((), ("silences-unanswered",))
    assert done.returncode == 0, done.stderr
    (found,) = listed(lab)
    assert done.stdout.splitlines()[-1] == found["id"]


def test_when_nobody_answers_it_is_unknown_whether_it_was_made(
    lab: RunningLab, tmp_path: Path
) -> None:
    lab.faults(("alertmanager-hangs",))
    try:
        done = lab.run("silence", "add", *FALSE, *WHY, "--yes-hide-real")
    finally:
        lab.faults((), ("alertmanager-hangs",))
    assert done.returncode == 2
    assert "unknown whether it was created" in done.stderr
    log = (tmp_path / "taloscope" / "audit.jsonl").read_text().splitlines()
    assert json.loads(log[-1])["outcome"] == "unknown"


def test_peers_that_disagree_are_shown(tmp_path: Path) -> None:
    """In a lab whose clock is behind: a minute of disagreement is no news there."""
    now = SystemClock().now() - timedelta(minutes=5)
    options = ("--speed", "0", "--now", now.isoformat(), "--fault", "alertmanager-peer")
    with running_lab("--at", "2m", *options) as started:
        lab = RunningLab({**started.environment, "XDG_STATE_HOME": str(tmp_path)})
        lab.run("silence", "add", "Shared", *WHY)
        lab.faults(("peer-apart",))
        lab.run("silence", "add", "Alone", *WHY)
        _, document = told(lab, "list")
        (manager,) = document["alertmanagers"]
        (apart,) = manager["disagreements"]
        first, second = (peer["url"] for peer in manager["peers"])
        assert (apart["having"], apart["lacking"]) == ([first], [second])
        assert "DISAGREE" in lab.run("silence", "list").stdout
        lab.faults(("peer-down",))
        _, document = told(lab, "list")
        (fault,) = document["alertmanagers"][0]["faults"]
        assert (fault["endpoint"], fault["kind"]) == (second, "unreachable")
        assert len(document["silences"]) == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("add", *FALSE), "say why"),
        (("add", *WHY), "at least one matcher"),
        (("add", "a=~(", *WHY), "no regular expression"),
        (("add", "a=~(?=b)", *WHY), "no look-ahead in RE2"),
        (("add", "a=~.*", *WHY), "matches an alert without"),
        (("add", *FALSE, *WHY, "-d", "2h1d"), "larger unit first"),
        (("add", *FALSE, *WHY, "--until", "someday"), "neither a duration"),
        (("add", *FALSE, *WHY, "--cluster", "nope"), "no cluster with"),
        (("add", *FALSE, *WHY, "--alertmanager", "http://x"), "not in the config"),
        (("add", *FALSE, *WHY, "--template", "x"), "no template"),
        (("add", *FALSE, *WHY, "--until", "08:00 +99:99"), "neither a duration"),
        (("add", *FALSE, "--comment", "\udce9"), "the comment is not UTF-8"),
        (("add", "KubeProxyDown\udce9", *WHY), "not UTF-8"),
        (("list", "--expiring", "soon"), "no duration"),
        (("expire", "{}"), "say which"),
        (("expire",), "arguments are required"),
        ((), "arguments are required"),
    ],
)
def test_a_wrong_command_line_is_told_in_words(
    lab: RunningLab, arguments: tuple[str, ...], words: str
) -> None:
    done = lab.run("silence", *arguments)
    assert (done.returncode, done.stdout) == (3, "")
    assert words in done.stderr


def test_a_comment_of_nothing_but_spaces_says_no_more_than_none(
    lab: RunningLab,
) -> None:
    done = lab.run("silence", "add", *FALSE, "--comment", " \t ")
    assert done.returncode == 3
    assert "say why: --comment" in done.stderr
    assert listed(lab) == []


def test_what_shows_that_alerts_arrive_is_not_hidden_without_a_yes(
    lab: RunningLab,
) -> None:
    refused = lab.run("silence", "add", "Watchdog", *WHY)
    assert refused.returncode == 4
    assert "hides what shows that alerts arrive: Watchdog in monit" in refused.stdout
    assert "--yes-hide-real" in refused.stderr
    assert listed(lab) == []


def test_ending_what_is_over_or_what_nobody_has_says_so(lab: RunningLab) -> None:
    made = lab.run("silence", "add", *FALSE, *WHY).stdout.split()[-1]
    assert lab.run("silence", "expire", made).returncode == 0
    again = lab.run("silence", "expire", made)
    assert (again.returncode, again.stdout) == (0, "")
    assert f"{made}: ended already" in again.stderr
    none = lab.run("silence", "expire", "alertname=Nope")
    assert (none.returncode, none.stdout) == (1, "")
    assert "no silence that stands has these matchers" in none.stderr
