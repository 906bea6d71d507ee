"""One case of the corpus, as its YAML says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tui.model.alert import Verdict

FOLDER = Path(__file__).parents[1] / "data" / "corpus"
MAIN = "main"
"""The cluster that a case is about, unless it has others."""

State = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Case:
    """An alert, the state of its cluster, and the verdict."""

    id: str
    name: str
    alert: Mapping[str, str]
    expect: Verdict
    says: str = ""
    """What the reason must say."""
    trap: str = ""
    """Why the easy answer is wrong; empty when it is right."""
    shown: str = MAIN
    """The cluster that it is shown in; empty for none."""
    base: str = "prod"
    """Which cluster of the lab it starts from."""
    kubernetes: State = field(default_factory=dict)
    prometheus: State = field(default_factory=dict)
    alertmanager: State = field(default_factory=dict)
    loki: tuple[State, ...] | None = None
    talos: str = ""
    inventory: State = field(default_factory=dict)
    others: Mapping[str, State] = field(default_factory=dict)
    """Clusters that share its servers, and what is wrong with their Kubernetes."""
    alone: tuple[str, ...] = ()
    """Servers of those that the others do without."""
    home: str = MAIN
    """Where shared servers live; empty when nobody says."""
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """What marks a cluster, when it is not `cluster` with its name."""
    then: State = field(default_factory=dict)
    """What goes wrong after everything was answered once: state by server."""
    at_once: bool = False
    """It goes wrong while what was answered before is still young."""
    config: State = field(default_factory=dict)
    """Keys of its cluster in the config, instead of the usual ones."""
    finding: str = ""
    """What a finding of kind watchdog-absent must say."""

    @property
    def clusters(self) -> tuple[str, ...]:
        """All of the case."""
        return (MAIN, *self.others)

    def named(self, cluster: str) -> str:
        """The name of one of its clusters in the config of all cases."""
        return f"{self.id}-{cluster}"

    def state(self, server: str, cluster: str, *, is_late: bool) -> State:
        """What one of its servers is like, before or after it changes."""
        if server == "kubernetes" and cluster != MAIN:
            before = self.others[cluster]
        elif server == "loki":
            before = {}
        else:
            before = getattr(self, server)
        after = self.then.get(server, {}) if is_late and cluster == MAIN else {}
        return {**before, **after}


def load() -> tuple[Case, ...]:
    """All cases, by file and in the order of each."""
    found = []
    for path in sorted(FOLDER.glob("*.yaml")):
        for number, row in enumerate(yaml.safe_load(path.read_text()), 1):
            found.append(_case(f"{path.stem}-{number}", row))
    return tuple(found)


def rules() -> str:
    """The operator's rules of the corpus, in TOML."""
    return (FOLDER / "rules.toml").read_text()


def _case(name: str, row: dict[str, Any]) -> Case:
    about = row.pop("alert")
    labels = {"alertname": about} if isinstance(about, str) else about
    bare = row.pop("bare", False)
    usual = (
        {"severity": "critical"} if bare else {"severity": "critical", "cluster": MAIN}
    )
    return Case(
        id=name,
        name=row.pop("case"),
        alert=usual | labels,
        expect=Verdict(row.pop("expect")),
        loki=tuple(row.pop("loki")) if "loki" in row else None,
        alone=tuple(row.pop("alone", ())),
        **row,
    )
