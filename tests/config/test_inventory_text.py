"""What is written is read back as it was meant, whatever the labels hold."""

from __future__ import annotations

import tempfile
import tomllib
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui.config import load
from tui.config.inventory_text import folded, table_text
from tui.config.text import expanded
from tui.model import toml
from tui.model.proposal import Proposal
from tui.model.target import Health, InventoryTarget, Target
from tui.triage.inventory import rows
from tui.triage.propose import propose


def read(text: str, cluster: str) -> tuple[InventoryTarget, ...]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "config.toml"
        path.write_text(f"[{toml.header('clusters', cluster)}]\ncontext='x'\n{text}")
        return load(path).clusters[0].inventory


OCTETS = st.integers(0, 255)
ADDRESSES = st.builds(
    lambda third, last, port: f"10.0.{third}.{last}{port}",
    st.integers(0, 1),
    OCTETS,
    st.sampled_from(["", ":9100", ":80", ":0", ":090"]),
)
ANYTHING = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
ODD = st.sampled_from(["10.0.0.1-4", "10.0.0.1-4:80", "10.0.0.01", " a", "a b", ""])


@pytest.mark.parametrize(
    ("instances", "texts"),
    [
        (["10.0.0.3:80", "10.0.0.1:80", "10.0.0.2:80"], ("10.0.0.1-3:80",)),
        (["10.0.0.9", "10.0.0.10"], ("10.0.0.9-10",)),
        (["10.0.0.1:80", "10.0.0.2:81"], ("10.0.0.1:80", "10.0.0.2:81")),
        (["10.0.0.1", "10.0.0.3"], ("10.0.0.1", "10.0.0.3")),
        (["10.0.0.255", "10.0.1.0"], ("10.0.0.255", "10.0.1.0")),
        (["10.0.0.255", "10.0.0.256"], ("10.0.0.255", "10.0.0.256")),
        (["h10", "h9"], ("h9", "h10")),
        ([], ()),
    ],
)
def test_neighbours_are_folded_into_ranges(
    instances: list[str], texts: tuple[str, ...]
) -> None:
    assert folded(instances) == texts


@given(st.lists(ADDRESSES))
def test_what_is_folded_stands_for_the_very_same(instances: list[str]) -> None:
    found = [each for text in folded(instances) for each in expanded(text)]
    assert sorted(found) == sorted(set(instances))


@given(st.sets(OCTETS, min_size=1))
def test_no_two_texts_could_be_one(octets: set[int]) -> None:
    texts = folded(f"10.0.0.{octet}:80" for octet in octets)
    gaps = sum(octet - 1 not in octets for octet in octets)
    assert len(texts) == gaps


def target(job: str, instance: str, health: Health = Health.UP) -> Target:
    labels = {"job": job, "instance": instance}
    return Target(labels, health, job, "http://x/m", "boom\x1b[31m\n", None, 0, 10, 5)


def text_of(targets: Iterable[Target], cluster: str = "prod") -> str:
    return "\n".join(table_text(cluster, each) for each in propose(targets))


@settings(max_examples=200)
@given(
    st.lists(
        st.builds(
            target,
            st.one_of(st.sampled_from(["a", "b", "kube-proxy"]), ANYTHING),
            st.one_of(ADDRESSES, ODD, ANYTHING),
        ),
        max_size=30,
    ),
    st.one_of(st.just("prod"), ANYTHING.filter(str.strip)),
)
def test_an_estate_that_is_up_is_without_a_finding_by_its_own_inventory(
    targets: list[Target], cluster: str
) -> None:
    inventory = read(text_of(targets, cluster), cluster)
    found = rows(tuple(targets), inventory)
    assert [row for row in found if row.is_finding] == []
    listed = {
        (row.job, row.instance): row.expected.value for row in found if row.target
    }
    assert set(listed.values()) <= {"yes"}


@given(
    st.lists(
        st.builds(
            target, ANYTHING, st.one_of(ADDRESSES, ANYTHING), st.sampled_from(Health)
        ),
        max_size=20,
    )
)
def test_what_is_written_never_steers_a_terminal(targets: list[Target]) -> None:
    text = text_of(targets)
    assert text.replace("\n", "").isprintable()
    tomllib.loads(text)


def test_what_is_down_stands_alone_and_says_why() -> None:
    targets = [
        target("a", "10.0.0.1:80"),
        target("a", "10.0.0.2:80"),
        target("a", "10.0.0.3:80", Health.DOWN),
        target("a", "10.0.0.4:80", Health.UNKNOWN),
    ]
    assert text_of(targets).startswith(
        "[clusters.prod.inventory.a]\n"
        "targets = [\n"
        '  "10.0.0.1-2:80",\n'
        '  "10.0.0.3:80",  # down: boom [31m\n'
        '  "10.0.0.4:80",  # not scraped yet\n'
        "]\n"
    )


def test_an_instance_that_the_reader_would_take_for_a_range_means_its_whole_job() -> (
    None
):
    text = table_text("prod", Proposal("a", ("10.0.0.1-4",)))
    assert '# the whole job: "10.0.0.1-4" cannot be written as a target' in text
    assert read(text, "prod") == (InventoryTarget("a", None, expected=True),)


def test_components_that_talos_hides_are_proposed_as_not_expected() -> None:
    found = {each.job: each for each in propose([target("a", "h")])}
    assert [job for job, each in found.items() if not each.expected] == [
        "kube-controller-manager",
        "kube-proxy",
        "kube-scheduler",
    ]
    assert all(each.reason for job, each in found.items() if job != "a")


@pytest.mark.parametrize("health", [Health.DOWN, Health.UNKNOWN])
def test_a_component_without_a_healthy_target_is_one_of_them(health: Health) -> None:
    (found,) = [
        each
        for each in propose([target("kube-proxy", "h:1", health)])
        if each.job == "kube-proxy"
    ]
    assert not found.expected
    assert "none of 1 is healthy" in found.note


def test_a_component_with_a_healthy_target_is_expected() -> None:
    up = [target("kube-proxy", "h:1"), target("kube-proxy", "h:2", Health.DOWN)]
    (found,) = [each for each in propose(up) if each.job == "kube-proxy"]
    assert found.expected
    assert found.instances == ("h:1", "h:2")


def test_a_name_that_only_looks_like_a_component_is_none() -> None:
    found = propose([target("kube-proxy-exporter", "h", Health.DOWN)])
    assert found[0].expected
