"""Silences in Debian's Alertmanager, alone and as two peers; amtool is the witness."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from msgspec.structs import replace

from tests.engines import running, until
from tests.real.alertmanagers import Server, amtool, send_alerts
from tests.real.polling import eventually
from tui.clock import SystemClock
from tui.config import ClusterConfig, Config, Endpoint
from tui.engine.silencer import all_of
from tui.model.command import Bulk, ExpireSilence, Outcome, PutSilence
from tui.model.fleet import Fleet
from tui.model.silence import Matcher, Silence, SilenceDraft, SilenceState
from tui.silencing.redraft import edited, extended
from tui.sources.alertmanager import AlertmanagerSource, ChangedError, UnknownError
from tui.sources.base import SourceError

pytestmark = pytest.mark.real
CLOCK = SystemClock()
HOUR = timedelta(hours=1)
VALUES = (
    *("plain", "two words", 'say "x"', "back\\slash", "a,b=c", "{a}", "one\ntwo", "\t"),
    *("tête", "Пожар", "🙂", "e\u0301", "\u202e", " padded ", "\\n", '\\"', "$x^"),
)
KINDS = (
    Matcher("a", "{}"),
    Matcher("b", "{}", is_equal=False),
    Matcher("c", "x|{}", is_regex=True),
    Matcher("d", "(?i)y.*|{}", is_regex=True, is_equal=False),
)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    found = Server(tmp_path_factory.mktemp("alone"))
    found.start(is_alone=True)
    yield found.url
    found.kill()


@pytest.fixture
async def source(url: str) -> AsyncIterator[AlertmanagerSource]:
    found = AlertmanagerSource(Endpoint((url,)), 5.0)
    yield found
    for silence in await standing(found):
        await found.expire_silence(silence.id)
    await found.aclose()


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[tuple[Server, Server]]:
    """Two peers that have found each other."""
    one = Server(tmp_path / "one")
    two = Server(tmp_path / "two", one)
    one.start()
    two.start()
    yield one, two
    one.kill()
    two.kill()


def draft(comment: str, *matchers: Matcher) -> SilenceDraft:
    now = CLOCK.now()
    return SilenceDraft(
        matchers or (Matcher("alertname", comment),), now, now + HOUR, "ada", comment
    )


async def standing(source: AlertmanagerSource) -> list[Silence]:
    return [
        each
        for each in await source.silences()
        if each.state is not SilenceState.EXPIRED
    ]


async def agreed(source: AlertmanagerSource, url: str) -> list[Silence]:
    """What stands, once amtool has confirmed every part of it."""
    ours = await standing(source)
    theirs = await amtool(url, "silence", "query")
    assert {each.id: parts(each) for each in ours} == {
        each["id"]: parts_of_amtool(each) for each in theirs
    }
    return ours


def parts(silence: Silence) -> tuple[Any, ...]:
    matchers = frozenset(silence.matchers)
    return matchers, silence.ends_at, silence.created_by, silence.comment


def parts_of_amtool(silence: dict[str, Any]) -> tuple[Any, ...]:
    matchers = frozenset(
        Matcher(one["name"], one["value"], one["isRegex"], one["isEqual"])
        for one in silence["matchers"]
    )
    ends_at = datetime.fromisoformat(silence["endsAt"])
    return matchers, ends_at, silence["createdBy"], silence["comment"]


@pytest.mark.parametrize("value", VALUES, ids=ascii)
async def test_every_kind_of_matcher_and_every_text_arrives_as_it_was_meant(
    source: AlertmanagerSource, url: str, value: str
) -> None:
    escaped = "".join(f"\\{c}" if c in '\\$^{}"' else c for c in value)
    matchers = tuple(
        replace(
            kind, value=kind.value.replace("{}", escaped if kind.is_regex else value)
        )
        for kind in KINDS
    )
    made = (await source.put_silence(draft(value, *matchers))).id
    (found,) = await agreed(source, url)
    assert (found.id, set(found.matchers), found.comment) == (
        made,
        set(matchers),
        value,
    )


async def test_a_silence_is_edited_extended_and_ended(
    source: AlertmanagerSource, url: str
) -> None:
    made = (await source.put_silence(draft("first"))).id
    (first,) = await agreed(source, url)

    longer = await source.put_silence(extended(first, HOUR, CLOCK.now()))
    (second,) = await agreed(source, url)
    assert longer.id == second.id == made
    assert second.ends_at == first.ends_at + HOUR

    wider = (Matcher("alertname", "first"), Matcher("job", "a|b", is_regex=True))
    put = await source.put_silence(replace(edited(second), matchers=wider))
    (third,) = await agreed(source, url)
    assert (put.id, put.replaced) == (third.id, made)
    assert set(third.matchers) == set(wider)

    noted = replace(edited(third), comment="noted", created_by="bob")
    assert (await source.put_silence(noted)).id == third.id
    (fourth,) = await agreed(source, url)
    assert (fourth.comment, fourth.created_by) == ("noted", "bob")

    await source.expire_silence(third.id)
    assert await agreed(source, url) == []
    over = next(each for each in await source.silences() if each.id == third.id)
    again = await source.put_silence(extended(over, HOUR, CLOCK.now()))
    (fifth,) = await agreed(source, url)
    assert again.id == fifth.id != third.id


async def test_two_people_do_not_write_over_each_other(
    source: AlertmanagerSource, url: str
) -> None:
    await source.put_silence(draft("ours"))
    (seen,) = await agreed(source, url)
    other = AlertmanagerSource(Endpoint((url,)), 5.0)
    await other.put_silence(extended(seen, 8 * HOUR, CLOCK.now()), seen)
    await other.aclose()
    with pytest.raises(ChangedError, match="changed meanwhile: ends "):
        await source.put_silence(extended(seen, HOUR, CLOCK.now()), seen)
    (kept,) = await agreed(source, url)
    assert kept.ends_at == seen.ends_at + 8 * HOUR
    noted = replace(edited(kept), comment="noted")
    await source.put_silence(noted, kept)
    assert (await source.put_silence(noted, kept)).id == kept.id
    await source.expire_silence(kept.id)
    with pytest.raises(ChangedError, match="it ended meanwhile"):
        await source.put_silence(replace(noted, comment="late"), kept)
    assert await agreed(source, url) == []


async def test_a_silence_of_a_clock_that_is_ahead_holds_at_once(
    source: AlertmanagerSource, url: str
) -> None:
    class Ahead(SystemClock):
        def now(self) -> datetime:
            return super().now() + HOUR / 4

    now = Ahead().now()
    wanted = replace(draft("ahead"), starts_at=now, ends_at=now + HOUR)
    async with running(config(url), Ahead()) as engine:
        assert (await engine.submit(PutSilence("prod", wanted))).fault is None
    (found,) = await agreed(source, url)
    assert found.state is SilenceState.ACTIVE


async def test_an_edit_that_is_refused_leaves_the_old_one(
    source: AlertmanagerSource, url: str
) -> None:
    await source.put_silence(draft("kept"))
    (kept,) = await agreed(source, url)
    for matchers in (
        (Matcher("alertname", "(", is_regex=True),),
        (Matcher("no name", "x"),),
        (Matcher("alertname", ".*", is_regex=True),),
        (),
    ):
        with pytest.raises(SourceError):
            await source.put_silence(replace(edited(kept), matchers=matchers))
        assert await agreed(source, url) == [kept]


async def test_a_pending_silence_may_begin_later(
    source: AlertmanagerSource, url: str
) -> None:
    soon = replace(draft("soon"), starts_at=CLOCK.now() + HOUR / 2)
    made = (await source.put_silence(soon)).id
    (pending,) = await agreed(source, url)
    assert pending.state is SilenceState.PENDING
    later = replace(edited(pending), starts_at=pending.starts_at + HOUR / 4)
    assert (await source.put_silence(later)).id == made
    earlier = replace(edited(pending), starts_at=CLOCK.now())
    put = await source.put_silence(earlier)
    (active,) = await agreed(source, url)
    assert (active.id, active.state) == (put.id, SilenceState.ACTIVE)


def config(*urls: str) -> Config:
    cluster = ClusterConfig("prod", {"cluster": "prod"}, alertmanager=Endpoint(urls))
    return Config(Path("c.toml"), (cluster,), refresh_seconds=2, timeout_seconds=1.5)


def puts(*drafts: SilenceDraft) -> Bulk:
    return Bulk(tuple(PutSilence("prod", each) for each in drafts))


async def test_fifty_are_made_extended_and_ended_at_once(
    source: AlertmanagerSource, url: str
) -> None:
    await send_alerts(url, [{"alertname": f"bulk {n}"} for n in range(50)])
    async with running(config(url)) as engine:
        made = await engine.submit(puts(*(draft(f"bulk {n}") for n in range(50))))
        assert made.fault is None
        ids = [part.silence_id for part in made.parts]
        assert len(set(ids)) == 50
        known = await agreed(source, url)
        assert Counter(each.comment for each in known) == {
            f"bulk {n}": 1 for n in range(50)
        }
        await until(engine, lambda fleet: silenced(fleet) == set(ids))

        now = CLOCK.now()
        longer = await engine.submit(puts(*(extended(s, HOUR, now) for s in known)))
        assert longer.fault is None
        later = await agreed(source, url)
        assert {s.id: s.ends_at - HOUR for s in later} == {
            s.id: s.ends_at for s in known
        }

        ends = Bulk(tuple(ExpireSilence("prod", each) for each in ids))
        assert (await engine.submit(ends)).fault is None
        assert await agreed(source, url) == []
        await until(engine, lambda fleet: not silenced(fleet))


def silenced(fleet: Fleet) -> set[str]:
    """Ids of the silences that hide an alert."""
    alerts = fleet.clusters[0].alerts or ()
    return {each for alert in alerts for each in alert.alert.silenced_by}


async def test_one_peer_is_written_to_and_both_tell_the_same(
    pair: tuple[Server, Server],
) -> None:
    one, two = pair
    source = AlertmanagerSource(Endpoint((one.url, two.url)), 5.0)
    made = (await source.put_silence(draft("shared"))).id
    await eventually(
        lambda: amtool(two.url, "silence", "query"),
        lambda found: [each["id"] for each in found] == [made],
    )
    first, second = await source.told()
    assert [each.id for each in first.silences] == [made]
    assert [parts(each) for each in second.silences] == [
        parts(each) for each in first.silences
    ]
    await source.aclose()


async def test_what_only_the_second_peer_has_is_changed_and_ended_there(
    url: str, source: AlertmanagerSource, tmp_path: Path
) -> None:
    """Two that have lost each other for good."""
    lost = Server(tmp_path / "lost")
    lost.start(is_alone=True)
    alone = AlertmanagerSource(Endpoint((lost.url,)), 5.0)
    both = AlertmanagerSource(Endpoint((url, lost.url)), 5.0)
    try:
        await alone.put_silence(draft("there"))
        (seen,) = await standing(alone)
        assert await standing(source) == []
        await both.put_silence(extended(seen, HOUR, CLOCK.now()), seen)
        (longer,) = await agreed(alone, lost.url)
        assert longer.ends_at == seen.ends_at + HOUR
        other = AlertmanagerSource(Endpoint((url, lost.url)), 5.0)
        await other.expire_silence(seen.id)
        await other.aclose()
        assert await agreed(alone, lost.url) == []
    finally:
        await alone.aclose()
        await both.aclose()
        lost.kill()


def listed(fleet: Fleet) -> int:
    """How many silences are known."""
    return len(fleet.alertmanagers[0].silences or ())


async def test_fifty_are_made_once_each_although_a_peer_is_killed_on_the_way(
    pair: tuple[Server, Server],
) -> None:
    one, two = pair
    drafts = [draft(f"bulk {n}") for n in range(50)]
    async with running(config(one.url, two.url)) as engine:
        await until(engine, lambda fleet: answering(fleet) == 2)
        done: list[Outcome] = []

        async def and_kill(command: PutSilence | ExpireSilence) -> Outcome:
            done.append(await engine.submit(command))
            if len(done) == 10:
                has_told(one, two)
                one.kill()
            return done[-1]

        made = await all_of(puts(*drafts).commands, and_kill)
        while made.fault is not None:  # a person tries again what was not done
            again = zip(drafts, made.parts, strict=True)
            drafts = [each for each, part in again if part.fault is not None]
            made = await engine.submit(puts(*drafts))

        known = await amtool(two.url, "silence", "query")
        assert Counter(each["comment"] for each in known) == {
            f"bulk {n}": 1 for n in range(50)
        }
        # A list that was read on the way has fewer.
        fleet = await until(engine, lambda f: answering(f) == 1 and listed(f) == 50)
        (manager,) = fleet.alertmanagers
        assert [peer.url for peer in manager.peers if peer.fault] == [one.url]

        one.start()
        fleet = await until(engine, lambda fleet: answering(fleet) == 2, 40)
        assert fleet.alertmanagers[0].disagreements == ()
        await eventually(
            lambda: amtool(one.url, "silence", "query"), lambda found: len(found) == 50
        )


async def test_a_silence_that_comes_late_is_not_made_again(tmp_path: Path) -> None:
    """The server hangs when it is asked, and does it when nobody waits any more."""
    server = Server(tmp_path / "slow")
    server.start(is_alone=True)
    source = AlertmanagerSource(Endpoint((server.url,)), 1.0)
    try:
        assert await standing(source) == []
        server.send(signal.SIGSTOP)
        with pytest.raises(UnknownError, match="unknown whether it was created"):
            await source.put_silence(draft("late"))
        server.send(signal.SIGCONT)
        (late,) = await eventually(lambda: standing(source), len)
        assert (await source.put_silence(draft("late"))).id == late.id
        assert [each.id for each in await agreed(source, server.url)] == [late.id]
    finally:
        await source.aclose()
        server.kill()


def has_told(one: Server, two: Server) -> None:
    """Wait until a peer has told the other all that it knows. Nothing else goes on."""
    with httpx.Client(timeout=5) as client:

        def listed(server: Server) -> list[str]:
            answer = client.get(f"{server.url}/api/v2/silences")
            return sorted(each["id"] for each in answer.json())

        while len(listed(one)) < 10 or listed(one) != listed(two):
            pass


def answering(fleet: Fleet) -> int:
    """How many peers told their silences."""
    return sum(peer.fault is None for peer in fleet.alertmanagers[0].peers)
