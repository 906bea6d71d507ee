"""The operator's own rules: what they may say, and what is refused where."""

from __future__ import annotations

from pathlib import Path

import pytest

from tui.config import ConfigError, load
from tui.model.alert import Verdict
from tui.model.declared import (
    Comparison,
    ConfigMapSays,
    DaemonSetComplete,
    DeclaredClaim,
    DeclaredRule,
    EventSeen,
    InventorySays,
    KernelLine,
    NodesRun,
    NoPods,
    PodsReady,
    QueryHolds,
    ServiceHealthy,
    TargetsUp,
    Where,
)
from tui.model.silence import Matcher

ESTATE = """
[clusters.prod]
context = "admin@prod"
talos = { context = "prod" }
prometheus = { url = "http://p:9090" }
loki = { url = "http://l:3100" }
"""

HEAD = """
[rules.backup]
match = 'alertname="TargetDown", job=~"restic|borg"'
verdict = "false-positive"
reason = "the backup host sleeps by day"
"""

CLAIMS: list[tuple[str, object]] = [
    (
        'configmap = "kube-system/cilium-config"\nkey = "k"\nequals = "true"',
        ConfigMapSays("kube-system", "cilium-config", "k", ("true",), ()),
    ),
    (
        'configmap = "a/b"\nkey = "k"\nin = ["x", "y"]\ncontradicts = ["z"]',
        ConfigMapSays("a", "b", "k", ("x", "y"), ("z",)),
    ),
    (
        'pods = "home"\nselector = "app=x"\nare = "ready"\non = "every-node"',
        PodsReady("home", "app=x", Where.EVERY_NODE),
    ),
    (
        'pods = "home"\nselector = "app=x"\nare = "ready"\non = "control-planes"',
        PodsReady("home", "app=x", Where.CONTROL_PLANES),
    ),
    ('daemonset = "kube-system/cilium"', DaemonSetComplete("kube-system", "cilium")),
    (
        "query = 'time() - backup_at'\nholds = \"< 86400\"\ncontradicts = '> 9e4'",
        QueryHolds(
            "time() - backup_at", Comparison("<", 86400), Comparison(">", 90000)
        ),
    ),
    ('targets = "node-exporter"', TargetsUp("node-exporter")),
    (
        'talos_service = "kubelet"\non = "every-node"',
        ServiceHealthy("kubelet", Where.EVERY_NODE),
    ),
    (
        'kernel_log = "link down"\nis = "present"\nwithin = "10m"',
        KernelLine("link down", is_present=True, minutes=10),
    ),
    (
        'event = "Scheduled"\nnamespace = "home"\nwithin = "1m"',
        EventSeen("Scheduled", "home", 1),
    ),
    (
        "os_image = 'Talos .*'\non = \"control-planes\"",
        NodesRun("Talos .*", Where.CONTROL_PLANES),
    ),
]


def written(folder: Path, text: str) -> Path:
    path = folder / "config.toml"
    path.write_text(ESTATE + text)
    return path


def one(folder: Path, text: str) -> DeclaredRule:
    (rule,) = load(written(folder, text)).rules
    return rule


def mistakes(folder: Path, text: str) -> list[str]:
    path = written(folder, text)
    with pytest.raises(ConfigError) as error:
        load(path)
    return str(error.value).replace(f"{path}:", "").splitlines()


def claim(text: str) -> str:
    return f"{HEAD}\n[[rules.backup.claims]]\n{text}\n"


@pytest.mark.parametrize(("text", "expects"), CLAIMS)
def test_each_kind_of_claim_is_read(tmp_path: Path, text: str, expects: object) -> None:
    assert one(tmp_path, claim(text)).claims == (DeclaredClaim(expects),)  # type: ignore[arg-type] # a column


def test_a_rule_is_read_as_a_whole(tmp_path: Path) -> None:
    (tmp_path / "page.md").write_text("# Look at the host\n")
    text = HEAD + (
        'runbook_file = "page.md"\nfixes = ["wake it", "wait"]\n'
        'would_change = "a backup that fails"\n'
        '[[rules.backup.claims]]\nclaim = "it ran last night"\ntargets = "restic"\n'
        '[[rules.backup.claims]]\ninventory = "restic"\nexpected = false\n'
    )
    assert one(tmp_path, text) == DeclaredRule(
        "backup",
        (Matcher("alertname", "TargetDown"), Matcher("job", "restic|borg", True)),
        Verdict.FALSE_POSITIVE,
        "the backup host sleeps by day",
        (
            DeclaredClaim(TargetsUp("restic"), "it ran last night"),
            DeclaredClaim(InventorySays("restic", is_expected=False)),
        ),
        "# Look at the host",
        ("wake it", "wait"),
        "a backup that fails",
    )


def test_a_rule_that_says_real_needs_no_proof(tmp_path: Path) -> None:
    rule = one(
        tmp_path,
        '[rules.r]\nmatch = \'severity="page"\'\nverdict = "real"\nreason = "r"\n'
        'fix = "call"\n',
    )
    assert (rule.verdict, rule.claims, rule.fixes) == (Verdict.REAL, (), ("call",))


def test_rules_keep_the_order_of_the_file(tmp_path: Path) -> None:
    text = "".join(
        f'[rules.{name}]\nmatch = \'alertname="X"\'\nverdict = "real"\nreason = "r"\n'
        for name in ("z", "a")
    )
    assert [each.name for each in load(written(tmp_path, text)).rules] == ["z", "a"]


CLEARING = [
    ("would say false-positive without any proof", HEAD),
    ("would say false-positive without any proof", HEAD + "claims = []\n"),
    (
        "a misspelt name would prove that too",
        claim('pods = "a"\nselector = "b=c"\nare = "none"'),
    ),
    (
        "a misspelt name would prove that too",
        claim('inventory = "restic"\nexpected = false')
        + '[[rules.backup.claims]]\nkernel_log = "x"\nis = "absent"\nwithin = "5m"\n',
    ),
]


@pytest.mark.parametrize(("what", "text"), CLEARING)
def test_a_rule_that_would_clear_without_proof_is_refused(
    tmp_path: Path, what: str, text: str
) -> None:
    (found,) = mistakes(tmp_path, text)
    assert what in found
    assert "rules.backup" in found


@pytest.mark.parametrize(
    ("match", "what"),
    [
        ('severity="critical"', "must name its alerts"),
        ('alertname=~".+"', "must name its alerts"),
        ('alertname=~"Target.*"', "must name its alerts"),
        ('alertname!="X"', "must name its alerts"),
        ('alertname=""', "say one that must be"),
        ('alertname="BTRFSCorruptionDetected"', "it is always real"),
        ('alertname=~"A|ISCSIKernelError"', "it is always real"),
        ("alertname", "write name="),
        ('alertname=~"a("', "no regular expression"),
    ],
)
def test_a_rule_that_would_clear_too_much_is_refused(
    tmp_path: Path, match: str, what: str
) -> None:
    text = claim('targets = "x"').replace(
        'alertname="TargetDown", job=~"restic|borg"', match
    )
    (found,) = mistakes(tmp_path, text)
    assert found.startswith("9: rules.backup.match: ")
    assert what in found


WRONG = [
    ("", "13: rules.backup.claims[0]: asks nothing: give it one of configmap, pods"),
    ('targets = "a"\nevent = "b"', "13: rules.backup.claims[0]: asks 2 things at once"),
    ('targets = "a"\nfoo = 1', "15: rules.backup.claims[0].foo: is not a key here"),
    ('configmap = "x"\nkey = "k"\nequals = "v"', "must be NAMESPACE/NAME"),
    ('configmap = "x/y"\nkey = "k"', "needs equals, or in with a list"),
    (
        'configmap = "x/y"\nkey = "k"\nin = ["a"]\ncontradicts = ["a"]',
        "a is a value that supports it too",
    ),
    ('configmap = "x/y"\nkey = "k"\nin = []', "in: is empty: no value would"),
    ('pods = "x"\nselector = "a=b"', "needs are"),
    ('pods = "x"\nselector = "a=b"\nare = "ready"', "needs on: every-node or control"),
    ('pods = "x"\nselector = "a"\nare = "gone"', "must be ready or none"),
    ('query = "up"', 'needs holds, such as "> 0"'),
    ('query = "up"\nholds = "more"', "must be a comparison such as"),
    ('query = "absent(up)"\nholds = "> 0"', "evidence of what is missing"),
    ('query = "sum(up) or vector(1)"\nholds = "> 0"', "evidence of what is missing"),
    ('query = "up offset 1w"\nholds = "> 0"', "another time than now"),
    ('query = "up == 1"\nholds = "> 0"', "write == bool, which is 1 or 0"),
    ('query = "1"\nholds = "> 0"', "reads no series"),
    ('query = "sum(up"\nholds = "> 0"', "ends too early"),
    ('talos_service = "etcd"\non = "workers"', "must be every-node or control-planes"),
    ('kernel_log = "x"\nis = "present"', 'needs within, such as "10m"'),
    ('kernel_log = "x"\nwithin = "5m"', "needs is: present or absent"),
    ('event = "Scheduled"\nwithin = "2h"', "must be a duration"),
    ('event = "Scheduled"\nwithin = "61m"', "must be whole minutes, 1m to 60m"),
    ('event = "Scheduled"\nwithin = "90s"', "must be whole minutes, 1m to 60m"),
    ('os_image = "("\non = "every-node"', "rules.backup.claims[0].os_image"),
    ('os_image = ".*"\non = "every-node"', "matches anything at all: name the OS"),
    ('os_image = "[A-Z].*"\non = "every-node"', "matches anything at all"),
    ('os_image = ".+"\non = "every-node"', "matches anything at all: name the OS"),
    *(
        (
            f'pods = "x"\nselector = "{selector}"\nare = "ready"\non = "every-node"',
            "selector: says only what the pods are not",
        )
        for selector in (
            "app!=a",
            "!app",
            "app notin (a, b)",
            "app!=a, !tier",
            "app!=a,",
            ",",
        )
    ),
    ('inventory = "x"', "needs expected: true or false"),
]


@pytest.mark.parametrize(("text", "what"), WRONG)
def test_each_mistake_in_a_claim_is_named_where_it_is(
    tmp_path: Path, text: str, what: str
) -> None:
    found = mistakes(tmp_path, claim(text))
    assert any(what in each for each in found), found
    assert all(": rules.backup" in each for each in found)


@pytest.mark.parametrize("selector", ["app=a", "app", "app in (a, b), !old", "a==b"])
def test_a_selector_that_says_what_the_pods_are_is_taken(
    tmp_path: Path, selector: str
) -> None:
    text = f'pods = "x"\nselector = "{selector}"\nare = "ready"\non = "every-node"'
    expects = PodsReady("x", selector, Where.EVERY_NODE)
    assert one(tmp_path, claim(text)).claims == (DeclaredClaim(expects),)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('verdict = "real"\nreason = "r"', "7: rules.r: needs match"),
        ('match = \'a="b"\'\nreason = "r"', "rules.r: needs verdict"),
        ('match = \'a="b"\'\nverdict = "real"', "rules.r: needs reason"),
        ('match = \'a="b"\'\nverdict = "undecided"\nreason = "r"', "is no verdict"),
        (
            'match = \'a="b"\'\nverdict = "real"\nreason = "r"\n'
            'claims = [{ targets = "x" }]',
            "real needs no proof",
        ),
        (
            'match = \'a="b"\'\nverdict = "real"\nreason = "r"\n'
            'runbook_file = "nowhere.md"',
            "there is no file",
        ),
        ("claims = 3", "claims: must be a list, not a number"),
        ('claims = ["x"]', "claims[0]: must be a table, not a text"),
    ],
)
def test_each_mistake_in_a_rule_is_named(tmp_path: Path, text: str, what: str) -> None:
    found = mistakes(tmp_path, f"[rules.r]\n{text}\n")
    assert any(what in each for each in found), found


def test_a_claim_that_no_cluster_can_answer_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    rule = claim('kernel_log = "x"\nis = "present"\nwithin = "5m"')
    path.write_text(f'[clusters.prod]\ncontext = "c"\n{rule}')
    with pytest.raises(ConfigError, match="nobody can answer it: no cluster has loki"):
        load(path)


def test_nothing_is_said_of_pods_that_are_none_on_some_nodes(tmp_path: Path) -> None:
    text = claim('pods = "x"\nselector = "a=b"\nare = "none"\non = "every-node"')
    assert any("of no use with none" in each for each in mistakes(tmp_path, text))


def test_none_is_a_claim_beside_others(tmp_path: Path) -> None:
    text = claim('pods = "x"\nselector = "a=b"\nare = "none"')
    rule = one(tmp_path, f'{text}[[rules.backup.claims]]\ntargets = "x"\n')
    assert rule.claims[0].expects == NoPods("x", "a=b")
