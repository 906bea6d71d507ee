"""The documents say what is so: links, commands, flags, keys and fields."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from tests.config.test_mistakes import PEM
from tests.estate import failing, make_fleet
from tests.hidden import turned
from tests.judged import NOW
from tests.machines import refusing
from tui.cli.check_report import report
from tui.config import load
from tui.model.alertmanager import Alertmanager, Disagreement, Peer
from tui.model.fault import ADVICE, FaultKind
from tui.model.fleet import Fleet
from tui.model.trace import Certainty, Proof, Stage, Step, Trace, Victim

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
TEXTS = {path: path.read_text() for path in PAGES}
README = TEXTS[ROOT / "README.md"]
CHECK = TEXTS[ROOT / "docs/check.md"]
CONFIG = TEXTS[ROOT / "docs/config.md"]


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def run(*command: str) -> str:
    done = subprocess.run(
        command,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    return done.stdout + done.stderr


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_to_a_file(path: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)", TEXTS[path])
    local = [link for link in links if "://" not in link]
    assert [link for link in local if not (path.parent / link).exists()] == []


def test_every_option_that_is_named_exists() -> None:
    silences = (("silence", verb) for verb in ("add", "list", "expire"))
    plain = (
        (each,)
        for each in (
            "check",
            "config",
            "demo",
            "doctor",
            "init",
            "lab",
            "mark",
            "replay",
            "report",
            "serve",
            "undo",
        )
    )
    verbs = ((), *plain, *silences)
    helps = [run(sys.executable, "-m", "tui", *verb, "--help") for verb in verbs]
    known = set(re.findall(r"--[a-z][a-z-]+", " ".join(helps)))
    named = {
        option
        for text in TEXTS.values()
        for line in re.findall(r"taloscope [^`#\n]*", text)
        for option in re.findall(r"--[a-z][a-z-]+", line)
    }
    assert named
    assert named <= known


def test_every_verb_that_is_named_exists() -> None:
    told = run(sys.executable, "-m", "tui", "--help")
    named = set(re.findall(r"^ {4}taloscope ([a-z]+)", README, re.MULTILINE))
    assert named
    assert all(f"    {verb} " in told for verb in named)


def test_every_rule_of_make_that_is_named_exists() -> None:
    rules = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    named = {
        rule
        for text in TEXTS.values()
        for rule in re.findall(r"(?:`| {4})make ([a-z]+)", text)
    }
    assert named <= set(rules)


@pytest.mark.parametrize(
    "text",
    [*blocks(README, "toml"), *blocks(CONFIG, "toml")],
    ids=["readme", "smallest", "whole", "split", "rules"],
)
def test_the_configs_shown_can_be_read(text: str, tmp_path: Path) -> None:
    text = text.replace("~/", "")
    for name in re.findall(r'(?:config|ca_file) *= "([^"]+)"', text):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(PEM)
    path = tmp_path / "config.toml"
    path.write_text(text)
    assert load(path, {"EDGE_PASSWORD": "x"}).clusters


def test_every_key_of_the_config_is_described(tmp_path: Path) -> None:
    """The reader itself says which keys it knows, when it is given one it does not."""
    path = tmp_path / "config.toml"
    path.write_text(
        "zz = 1\n[shared]\nloki = { url = 'http://x', zz = 1 }\n"
        "alertmanager = { url = 'http://x', zz = 1 }\n"
        "[clusters.a]\nzz = 1\n[clusters.a.inventory.j]\nzz = 1\n"
        "[attention]\nzz = 1\n"
    )
    told = run(sys.executable, "-m", "tui", "config", "check", "--config", str(path))
    lists = re.findall(r"known are (.*)", told)
    assert len(lists) == 6
    known = {key for each in lists for key in each.split(", ")}
    described = set(re.findall(r"`([a-z_]+)`", CONFIG))
    assert known <= described


def test_the_advice_for_each_fault_is_what_the_screen_says() -> None:
    rows = dict(re.findall(r"^\| `([a-z-]+)` \| (.+) \|$", README, re.MULTILINE))
    assert rows.items() >= {kind.value: ADVICE[kind] for kind in FaultKind}.items()


PARTS = re.compile(
    r"(\.(?:labels|annotations|counts|kubernetes|vitals\.cpu|facts\.etcd|unavailable)"
    r"|(?:peers|disagreements|matchers|events|filesystems|certificates|concealed\.silences)\[\])\..*"
)
"""What is described as a whole, with its parts in the text."""


def fields(value: Any, path: str = "") -> Iterator[str]:
    """Paths of all fields, as docs/check.md writes them."""
    if isinstance(value, dict):
        for name, below in value.items():
            yield from fields(below, f"{path}.{name}" if path else name)
    elif isinstance(value, list) and any(isinstance(each, dict) for each in value):
        for each in value:
            yield from fields(each, f"{path}[]")
    elif path:
        yield path


def is_described(field: str) -> bool:
    field = field.replace("unassigned_alerts[]", "clusters[].alerts[]")
    field = PARTS.sub(r"\1", field)
    return f"`{field}`" in CHECK or f"`{field}[]`" in CHECK


_PROOF = Proof("sdc is a disk", "talos wk-1", "asked", "sdc", NOW)
TRACE = Trace(
    "wk-1",
    "sdc",
    NOW,
    (Step(Stage.DEVICE, Certainty.PROVEN, ("sdc",), (_PROOF,)),),
    (Victim("pv", "media", "films", ("jellyfin-0",), "Delete"),),
    ("session2",),
)


def whole_report() -> Any:
    fleet = make_fleet()
    first = fleet.clusters[0]
    broken = failing(first.sources[0], FaultKind.TLS, "no")
    nodes = (refusing(first.nodes[0]), *first.nodes[1:])
    alerts = (turned(), *(first.alerts or ()))
    findings = (replace(first.findings[0], traces=(TRACE,)), *first.findings[1:])
    cluster = replace(
        first,
        sources=(broken, *first.sources[1:]),
        nodes=nodes,
        alerts=alerts,
        findings=findings,
    )
    clusters = (cluster, *fleet.clusters[1:])
    peers = (Peer("http://a"), Peer("http://b", broken.fault))
    apart = Disagreement(fleet.silences[0], ("http://a",), ("http://b",))
    manager = Alertmanager("http://a", ("prod",), fleet.silences, peers, (apart,))
    whole = Fleet(clusters, fleet.unassigned_alerts, fleet.silences, (manager,))
    return json.loads(json.dumps(report(whole, NOW)))


def test_every_field_of_the_report_is_described() -> None:
    assert [each for each in fields(whole_report()) if not is_described(each)] == []


def test_every_field_that_is_described_is_in_the_report() -> None:
    described = re.findall(r"^\| `([a-z_.\[\]]+)` \|", CHECK, re.MULTILINE)
    found = {part for each in fields(whole_report()) for part in _prefixes(each)}
    assert [each for each in described if each not in found] == []


def _prefixes(field: str) -> Iterator[str]:
    parts = field.split(".")
    for length in range(1, len(parts) + 1):
        prefix = ".".join(parts[:length])
        yield prefix
        yield f"{prefix}[]"


def test_the_example_has_only_fields_that_are_described() -> None:
    (example,) = blocks(CHECK, "json")
    assert all(is_described(each) for each in fields(json.loads(example)))


def test_the_example_carries_what_a_real_report_carries_at_its_top() -> None:
    (example,) = blocks(CHECK, "json")
    assert list(json.loads(example)) == list(whole_report())
    cluster = json.loads(example)["clusters"][0]
    assert list(cluster) == list(whole_report()["clusters"][0])
