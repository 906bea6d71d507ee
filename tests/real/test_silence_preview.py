"""What we say that matchers cover, against what Alertmanager says."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from random import Random

import httpx
import pytest
from msgspec.structs import replace

from tests.judged import btrfs_alert
from tests.real.alertmanagers import Server, ran_amtool, send_alerts
from tui.model.alert import JudgedAlert
from tui.model.labels import Labels, fingerprint
from tui.model.re2 import PatternError, compiled
from tui.model.silence import Matcher
from tui.silencing.grammar import WordingError, parse_arguments, parse_matcher, refusal
from tui.silencing.reach import Reach
from tui.silencing.span import parse_duration

pytestmark = pytest.mark.real

NAMES = ["NodeDown", "KubeProxyDown", "TargetDown", "Пожар", "Fire!"]
INSTANCES = ["10.10.0.40:9100", "10.10.0.41:9100", "[fe80::1]:9100", "wk-2", "WK-2"]
TEXTS = [
    *("plain", "two words", 'say "x"', "back\\slash", "a,b", "{a}", "one\ntwo"),
    *("tête", "TÊTE", "ß", "ẞ", "\u212a", "k", "ſ", "🙂", "e\u0301", "٣", "3", "a|b"),
    *("\t", "\xa0", " padded ", "\u202e", "a=b", "$x", "^", "[", "]"),
]
ALPHABET = [
    *"ab.*+?()[]{}|\\^$-01,:é ſK",
    *("\\d", "\\w", "\\s", "\\b", "\\B", "\\S", "[a-b]", "[^a]", "(?i)", "(?i:"),
    *("[[:alpha:]]", "[[:^digit:]]", "\\pL", "\\p{Lu}", "\\P{N}", "{1,2}", "{2}"),
    *("\\x41", "\\x{61}", "\\07", "\\Qa.\\E", "\\z", "\\A", "(?P<n>", "(?m)"),
    *("(?s)", "{,2}", "\\.", "ss"),
]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    found = Server(tmp_path_factory.mktemp("alone"))
    found.start(is_alone=True)
    yield found.url
    found.kill()


def random_labels(random: Random, number: int) -> Labels:
    labels = {"alertname": random.choice(NAMES), "number": str(number)}
    for name, values in (
        ("instance", INSTANCES),
        ("text", TEXTS),
        ("cluster", ["prod", "monit", "agentic"]),
        ("severity", ["critical", "warning", "info"]),
    ):
        if random.random() < 0.8:
            labels[name] = random.choice(values)
    return labels


def random_pattern(random: Random, values: list[str]) -> str:
    """Something that people write, or that nobody would."""
    if random.random() < 0.4:
        length = random.randint(1, 6)
        return "".join(random.choice(ALPHABET) for _ in range(length))
    text = "".join(
        f"\\{c}" if c in "\\.+*?()|[]{}^$" else c for c in random.choice(values)
    )
    return random.choice(
        [
            text,
            f"{text}|{random.choice(['prod', 'x', ''])}",
            f"{text[:2].rstrip(chr(92))}.*",
            f".*{text[-1:]}" if not text.endswith("\\") else ".*",
            f"(?i:{text})",
            ".+",
            ".*",
        ]
    )


def random_matcher(random: Random) -> Matcher:
    name = random.choice(["alertname", "instance", "text", "cluster", "missing"])
    values = {"alertname": NAMES, "instance": INSTANCES, "cluster": ["prod", "monit"]}
    mine = values.get(name, TEXTS)
    is_regex = random.random() < 0.6
    value = random_pattern(random, mine) if is_regex else random.choice(["", *mine])
    return Matcher(name, value, is_regex, random.random() < 0.7)


def as_sent(matcher: Matcher) -> str:
    """A filter as any client writes it: nothing of our own grammar is in it."""
    operator = ("=" if matcher.is_equal else "!") + ("~" if matcher.is_regex else "")
    value = matcher.value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'{matcher.name}{"!=" if operator == "!" else operator}"{value}"'


def is_tried(matcher: Matcher) -> bool:
    """Whether the expression is one that we and Alertmanager read."""
    if not matcher.is_regex:
        return True
    try:
        compiled(matcher.value).matches("")
    except PatternError:
        return False
    return True


def judged(labels: Labels) -> JudgedAlert:
    made = btrfs_alert()
    alert = replace(made.alert, labels=labels, fingerprint=fingerprint(labels))
    return replace(made, alert=alert)


async def test_previews_agree_with_the_server_on_random_matchers(server: str) -> None:
    random = Random(4)
    labels = [random_labels(random, number) for number in range(200)]
    await send_alerts(server, labels)
    reach = Reach(map(judged, labels))
    sets: list[list[Matcher]] = []
    while len(sets) < 500:
        matchers = [random_matcher(random) for _ in range(random.randint(1, 4))]
        if all(map(is_tried, matchers)):
            sets.append(matchers)
    hits = 0
    async with httpx.AsyncClient(base_url=server, timeout=20) as client:
        for matchers in sets:
            filters = {"filter": [as_sent(matcher) for matcher in matchers]}
            answer = await client.get("/api/v2/alerts", params=filters)
            assert answer.status_code == 200, (filters, answer.text)
            theirs = {one["fingerprint"] for one in answer.json()}
            ours = {one.alert.fingerprint for one in reach.covered(matchers)}
            assert ours == theirs, filters
            hits += bool(ours)
    assert hits > 150, "most sets must not be trivial"


async def test_what_we_refuse_and_what_we_match_is_what_re2_does(server: str) -> None:
    random = Random(5)
    values = [*TEXTS, "a", "b", "ab", "aab", "A", "0", "1", "12", "_", "a b", "K"]
    await send_alerts(server, [{"alertname": "T", "t": each} for each in values])
    patterns = {
        "".join(random.choice(ALPHABET) for _ in range(random.randint(1, 7)))
        for _ in range(1_500)
    }
    gate = asyncio.Semaphore(8)
    async with httpx.AsyncClient(base_url=server, timeout=20) as client:

        async def theirs(pattern: str) -> set[str] | None:
            text = as_sent(Matcher("t", pattern, is_regex=True))
            only = 'alertname="T"'
            async with gate:
                asked = {"filter": [text, only]}
                answer = await client.get("/api/v2/alerts", params=asked)
            if answer.status_code == 400:
                return None
            return {one["labels"]["t"] for one in answer.json()}

        listed = sorted(patterns)
        answers = await asyncio.gather(*map(theirs, listed))
    wrong = [
        (pattern, mine, answer)
        for pattern, answer in zip(listed, answers, strict=True)
        if (mine := ours(pattern, values)) != answer and mine != {"refused by us"}
    ]
    assert wrong == []


def ours(pattern: str, values: list[str]) -> set[str] | None:
    """What we say; None for what is no expression.

    Alertmanager puts `^(?:` and `)$` around it, which lets two absurd ones through.
    """
    try:
        found = compiled(pattern)
        return {value for value in values if found.matches(value)}
    except PatternError as error:
        return {"refused by us"} if "unexpected )" in str(error) else None


ARGUMENTS = [
    ["KubeProxyDown"],
    ["KubeProxyDown", "job=a"],
    ["alertname=A", "job=~a|b", "x!=y", "z!~.+"],
    ['a="quoted"', 'b="with \\"quotes\\""', "c=two words"],
    ['a="back\\\\slash"', "b=back\\slash", 'c="one\\ntwo"'],
    ["a=", 'b=""', "c=x"],
    ["  a = spaced  "],
    ["a=tête 🙂", "b=~\\d+\\.x"],
    ["a=b,c=d"],
    ['a=~"(?i)x"'],
    ["a={b}"],
    ['a="b'],
    ['a=b"c'],
    ["a=b", "KubeProxyDown"],
    ['"KubeProxyDown"'],
    [" Kube ", "a=b"],
    ["one\\ntwo"],
    ['say \\"x\\"'],
    ['Kube"Proxy'],
    ["a=\xa0b\u2028", "c=\x0bd\x85"],
    ["\xa0KubeProxyDown"],
    ["", "a=b"],
]


@pytest.mark.parametrize("arguments", ARGUMENTS, ids=" ".join)
async def test_amtool_reads_arguments_as_we_do(
    server: str, arguments: list[str]
) -> None:
    try:
        ours: tuple[Matcher, ...] | None = parse_arguments(arguments)
    except WordingError:
        ours = None
    told = ("silence", "add", "--comment=c", "--author=a")
    code, output, _ = await ran_amtool(server, *told, *arguments)
    if ours is None:
        assert code != 0
        return
    assert code == 0
    async with httpx.AsyncClient(base_url=server, timeout=20) as client:
        answer = await client.get(f"/api/v2/silence/{output.strip()}")
    theirs = {
        Matcher(one["name"], one["value"], one["isRegex"], one["isEqual"])
        for one in answer.json()["matchers"]
    }
    assert theirs == set(ours)


async def test_a_mistake_is_no_name_of_an_alert_although_amtool_makes_it_one(
    server: str,
) -> None:
    code, _, _ = await ran_amtool(server, "silence", "add", "--comment=c", "a=~(")
    assert code == 0
    with pytest.raises(WordingError):
        parse_arguments(["a=~("])


@pytest.mark.parametrize(
    "text",
    [
        *("1h", "90m", "1d12h", "1w2d", "1y", "30s", "500ms", "1h30m", "0h", "8760h"),
        *("1d1w", "1h1h", "1.5h", "h", "4", "1 h", "1H", "-1h", "300y", "1mo"),
    ],
)
async def test_amtool_reads_durations_as_we_do(server: str, text: str) -> None:
    try:
        ours = parse_duration(text).total_seconds()
    except WordingError:
        ours = 0
    code, _, errors = await ran_amtool(
        server, "silence", "add", f"--duration={text}", "--comment=c", "a=b"
    )
    assert (code == 0) is (ours > 0), errors


@pytest.mark.parametrize(
    "texts",
    [
        ['a=""'],
        ["a=~.*"],
        ["a=~x|"],
        ["a=~.*", 'b=""'],
        ["a=~.+"],
        ["a!=x"],
        ['a!=""'],
        ["a!~x"],
        ["a=~.*", "b=c"],
    ],
    ids=" ".join,
)
async def test_what_matches_the_empty_is_refused_as_we_foresee(
    server: str, texts: list[str]
) -> None:
    matchers = [parse_matcher(text) for text in texts]
    code, _, errors = await ran_amtool(
        server, "silence", "add", "--comment=c", "--author=a", *texts
    )
    assert (code == 0) is (refusal(matchers) == ""), errors
