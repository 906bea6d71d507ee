"""What Alertmanager accepts and refuses; texts and codes as it was recorded."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.lab.conftest import NOW
from tui.lab.silences import RefusalError, Silences, SilenceState

LATER = NOW + timedelta(hours=2)


def posted(**changes: object) -> dict[str, Any]:
    body: dict[str, Any] = {
        "matchers": [{"name": "alertname", "value": "X", "isRegex": False}],
        "startsAt": NOW.isoformat(),
        "endsAt": LATER.isoformat(),
        "createdBy": "operator",
        "comment": "lab",
    }
    body |= changes
    return {key: value for key, value in body.items() if value is not None}


def matcher(
    value: str, *, regex: bool = False, name: str = "alertname"
) -> dict[str, Any]:
    return {"name": name, "value": value, "isRegex": regex}


def refusal(body: object) -> tuple[int, int | None, str]:
    with pytest.raises(RefusalError) as caught:
        Silences().post(body, NOW)
    return caught.value.status, caught.value.code, str(caught.value)


@pytest.mark.parametrize(
    ("body", "status", "code", "text"),
    [
        (posted(comment=None), 422, 602, "comment in body is required"),
        (posted(createdBy=None), 422, 602, "createdBy in body is required"),
        (posted(endsAt=None), 422, 602, "endsAt in body is required"),
        (posted(startsAt=None), 422, 602, "startsAt in body is required"),
        (posted(matchers=None), 422, 602, "matchers in body is required"),
        (
            posted(matchers=[]),
            422,
            612,
            "matchers in body should have at least 1 items",
        ),
        (
            posted(matchers=[{"name": "alertname", "value": "X"}]),
            422,
            602,
            "matchers.0.isRegex in body is required",
        ),
        (
            posted(endsAt=(NOW - timedelta(hours=1)).isoformat()),
            400,
            None,
            "Failed to create silence: start time must be before end time",
        ),
        (
            posted(endsAt=NOW.isoformat()),
            400,
            None,
            "Failed to create silence: start time must be before end time",
        ),
        (
            posted(
                startsAt=(NOW - timedelta(hours=2)).isoformat(),
                endsAt=(NOW - timedelta(hours=1)).isoformat(),
            ),
            400,
            None,
            "Failed to create silence: end time can't be in the past",
        ),
        (
            posted(matchers=[matcher("(unclosed", regex=True)]),
            400,
            None,
            "silence invalid: invalid label matcher 0: invalid regular expression "
            '"(unclosed": error parsing regexp: missing closing ): `(unclosed`',
        ),
        (
            posted(matchers=[matcher("x", name="bad-name")]),
            400,
            None,
            'silence invalid: invalid label matcher 0: invalid label name "bad-name"',
        ),
        (
            posted(matchers=[matcher("")]),
            400,
            None,
            "silence invalid: at least one matcher must not match the empty string",
        ),
        (
            posted(matchers=[matcher(".*", regex=True)]),
            400,
            None,
            "silence invalid: at least one matcher must not match the empty string",
        ),
        (
            posted(endsAt="tomorrow"),
            400,
            400,
            'parsing silence body from "" failed, because parsing time "tomorrow" as '
            '"2006-01-02 15:04:05": cannot parse "tomorrow" as "2006"',
        ),
        (
            posted(endsAt="9999-12-31T23:59:59Z"),
            400,
            None,
            "timestamp: &types.Timestamp{Seconds: 253402732799,\nNanos: 0,\n} after "
            "10000-01-01",
        ),
    ],
)
def test_a_silence_that_makes_no_sense_is_refused(
    body: object, status: int, code: int | None, text: str
) -> None:
    assert refusal(body) == (status, code, text)


@pytest.mark.parametrize(
    "body",
    [
        posted(comment="", createdBy=""),
        posted(endsAt="9999-12-26T00:00:00Z"),
        posted(endsAt="2030-01-01T00:00:00"),
        posted(matchers=[{**matcher("X"), "isEqual": False}]),
    ],
)
def test_what_looks_odd_is_accepted_all_the_same(body: object) -> None:
    assert Silences().post(body, NOW)


def test_an_unknown_id_is_not_found() -> None:
    assert refusal(posted(id="nope")) == (404, None, "silence not found")


class Kept:
    """A store with one active silence."""

    def __init__(self, **changes: object) -> None:
        self.store = Silences()
        self.id = self.store.post(posted(**changes), NOW)

    def again(self, now: datetime, **changes: object) -> str:
        return self.store.post(posted(id=self.id, **changes), now)

    def state(self, now: datetime) -> SilenceState:
        silence = self.store.get(self.id)
        assert silence is not None
        return silence.state(now)


def test_another_end_changes_a_silence_in_place() -> None:
    kept = Kept()
    end = LATER + timedelta(hours=1)
    assert kept.again(NOW, endsAt=end.isoformat()) == kept.id
    silence = kept.store.get(kept.id)
    assert silence is not None
    assert silence.ends_at == end


def test_another_start_replaces_a_silence() -> None:
    kept, now = Kept(), NOW + timedelta(seconds=5)
    assert kept.again(now, startsAt=now.isoformat()) != kept.id
    assert kept.state(now) is SilenceState.EXPIRED


def test_other_matchers_replace_a_silence() -> None:
    kept, now = Kept(), NOW + timedelta(seconds=5)
    assert kept.again(now, matchers=[matcher("Y")]) != kept.id
    assert kept.state(now) is SilenceState.EXPIRED


def test_the_same_matchers_in_another_order_replace_a_silence() -> None:
    pair = [matcher("X"), matcher("prod", name="cluster")]
    kept, now = Kept(matchers=pair), NOW + timedelta(seconds=5)
    assert kept.again(now, matchers=pair[::-1]) != kept.id


def test_a_refused_change_costs_the_old_silence() -> None:
    kept, now = Kept(), NOW + timedelta(seconds=5)
    with pytest.raises(RefusalError, match="invalid regular expression"):
        kept.again(now, matchers=[matcher("(", regex=True)])
    assert kept.state(now) is SilenceState.EXPIRED


def test_a_pending_silence_may_move_its_start() -> None:
    start = NOW + timedelta(hours=1)
    kept = Kept(startsAt=start.isoformat())
    moved = start + timedelta(minutes=10)
    assert kept.again(NOW, startsAt=moved.isoformat()) == kept.id
    assert kept.state(NOW) is SilenceState.PENDING


def test_an_expired_silence_is_made_anew() -> None:
    kept = Kept()
    kept.store.expire(kept.id, NOW)
    assert kept.again(NOW) != kept.id


def test_a_start_in_the_past_is_moved_to_now() -> None:
    kept = Kept(startsAt=(NOW - timedelta(hours=1)).isoformat())
    silence = kept.store.get(kept.id)
    assert silence is not None
    assert silence.starts_at == NOW


def test_expiring_a_pending_silence_leaves_no_time_between_start_and_end() -> None:
    kept = Kept(startsAt=(NOW + timedelta(hours=1)).isoformat())
    kept.store.expire(kept.id, NOW)
    silence = kept.store.get(kept.id)
    assert silence is not None
    assert (silence.starts_at, silence.ends_at) == (NOW, NOW)


def test_silences_are_listed_active_pending_expired() -> None:
    store = Silences()
    expired = store.post(posted(), NOW)
    store.expire(expired, NOW)
    pending = store.post(posted(startsAt=(NOW + timedelta(hours=1)).isoformat()), NOW)
    late = store.post(posted(endsAt=(LATER + timedelta(hours=1)).isoformat()), NOW)
    soon = store.post(posted(), NOW)
    assert [one.id for one in store.listed(NOW)] == [soon, late, pending, expired]


def test_expiring_what_is_unknown_is_a_server_error_in_this_version() -> None:
    with pytest.raises(RefusalError) as caught:
        Silences().expire("11111111-2222-4333-8444-555555555555", NOW)
    assert caught.value.status == 500
