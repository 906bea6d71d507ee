from __future__ import annotations

from pathlib import Path

import pytest

from tui.config import ConfigError, load
from tui.model.target import InventoryTarget


def inventory(folder: Path, text: str) -> tuple[InventoryTarget, ...]:
    path = folder / "config.toml"
    path.write_text(f"[clusters.a]\ncontext = 'a'\n{text}")
    return load(path).clusters[0].inventory


def mistakes(folder: Path, text: str) -> list[str]:
    """Without the path, and with lines counted from the inventory's first."""
    with pytest.raises(ConfigError) as error:
        inventory(folder, text)
    found = []
    for line in str(error.value).splitlines():
        _, number, words = line.split(":", 2)
        found.append(f"{int(number) - 2}:{words}".replace("clusters.a.inventory.", ""))
    return found


SPLIT = """
[[clusters.a.inventory.node-exporter]]
targets = ["10.0.0.40-42:9100"]

[[clusters.a.inventory.node-exporter]]
targets  = ["10.0.0.43:9100", "10.0.0.44:9100"]
expected = false
reason   = "being replaced"
"""


def test_a_job_may_expect_some_targets_and_not_others(tmp_path: Path) -> None:
    found = inventory(tmp_path, SPLIT)
    assert {(line.instance, line.expected, line.reason) for line in found} == {
        ("10.0.0.40:9100", True, ""),
        ("10.0.0.41:9100", True, ""),
        ("10.0.0.42:9100", True, ""),
        ("10.0.0.43:9100", False, "being replaced"),
        ("10.0.0.44:9100", False, "being replaced"),
    }


def test_a_job_with_exceptions_is_no_contradiction(tmp_path: Path) -> None:
    text = (
        "[[clusters.a.inventory.j]]\nexpected = false\n"
        "[[clusters.a.inventory.j]]\ntargets = ['h:1']\n"
    )
    found = inventory(tmp_path, text)
    assert [(line.instance, line.expected) for line in found] == [
        (None, False),
        ("h:1", True),
    ]


def test_the_same_target_may_be_in_two_jobs(tmp_path: Path) -> None:
    text = (
        "[clusters.a.inventory.j]\ntargets = ['h:1']\n"
        "[clusters.a.inventory.k]\ntargets = ['h:1']\nexpected = false\n"
    )
    assert len(inventory(tmp_path, text)) == 2


JOB = "[[clusters.a.inventory.j]]\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "[clusters.a.inventory.j]\ntargets = [\n'10.0.0.1-4:80',\n'10.0.0.3-6:80']",
            '4: j.targets[1]: "10.0.0.3-6:80" overlaps "10.0.0.1-4:80": 10.0.0.3:80 '
            "and 1 more are in both; leave one of them out",
        ),
        (
            "[clusters.a.inventory.j]\ntargets = ['10.0.0.1-4', '10.0.0.3']",
            '2: j.targets[1]: "10.0.0.3" overlaps "10.0.0.1-4": 10.0.0.3 is in both; '
            "leave one of them out",
        ),
        (
            "[clusters.a.inventory.j]\ntargets = ['x', 'x']",
            '2: j.targets[1]: "x" stands here twice',
        ),
        (
            f"{JOB}targets = ['10.0.0.1-4']\n{JOB}targets = ['10.0.0.4']\n"
            "expected = false",
            "4: j[1].targets[0]: 10.0.0.4 is not expected here, but expected by "
            '"10.0.0.1-4" above: say one of the two',
        ),
        (
            f"{JOB}targets = ['x', 'y']\nexpected = false\n{JOB}targets = ['y', 'x']\n",
            "5: j[1].targets[0]: y is expected here, but not expected by "
            '"y" above: say one of the two',
        ),
        (
            f"{JOB}expected = false\n{JOB}reason = 'because'",
            "3: j[1]: the whole job is expected here, but not expected by "
            "the whole job above: say one of the two",
        ),
        (f"{JOB}{JOB}", "2: j[1]: the whole job stands here twice"),
        ("[clusters.a.inventory]\nj = ['x']", "2: j[0]: must be a table, not a text"),
        ("[clusters.a.inventory]\nj = 'x'", "2: j: must be a table, not a text"),
        (f"{JOB}target = ['x']", "2: j[0].target: is not a key here; did you mean"),
        (f"{JOB}{JOB}targets = []", "3: j[1].targets: is empty"),
    ],
)
def test_what_contradicts_itself_is_refused_in_words(
    tmp_path: Path, text: str, expected: str
) -> None:
    found = mistakes(tmp_path, text)
    assert any(each.startswith(expected) for each in found), found


def test_a_wrong_range_is_one_mistake_and_no_empty_list(tmp_path: Path) -> None:
    text = "[clusters.a.inventory.j]\ntargets = ['10.0.0.9-3']"
    assert len(mistakes(tmp_path, text)) == 1


def test_an_inventory_of_20000_targets_is_read_at_once(tmp_path: Path) -> None:
    """One that compares every target with every other takes minutes."""
    parts = [f"'10.{n // 250}.{n % 250}.1-250:9100'" for n in range(80)]
    text = f"[clusters.a.inventory.j]\ntargets = [{', '.join(parts)}]"
    assert len(inventory(tmp_path, text)) == 20_000
