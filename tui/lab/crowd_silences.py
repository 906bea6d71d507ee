"""The silences of the crowd: mostly of one alert each, some broad, some long over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from uuid import NAMESPACE_DNS, uuid5

from tui.lab.crowd import Crowd, Pod
from tui.lab.crowd_alerts import RULES
from tui.lab.matchers import Matcher
from tui.lab.silences import Silence

_OWNERS = ("ana", "ben", "chidi", "dana", "on-call")
_COMMENTS = (
    "known, the fix is rolled out on Monday",
    "noisy since the upgrade, see the ticket",
    "maintenance of the storage",
    "load test",
    "new version needs more memory; limit is being raised",
)


def crowd_silences(
    crowd: Crowd, when: Callable[[timedelta], datetime]
) -> Iterator[Silence]:
    """So many silences as the crowd has.

    when    the instant of an offset
    """
    pods = tuple(crowd.pods(max(crowd.targets, crowd.alerts)))
    for number in range(crowd.silences if pods else 0):
        pod = pods[number * 31 % len(pods)]
        start, length = timedelta(hours=-(number % 90) - 1), timedelta(days=7)
        if number % 5 == 4:
            length = timedelta(minutes=50)  # over
        elif number % 40 == 7:
            start = timedelta(hours=3)  # pending
        elif number % 10 == 3:
            length = timedelta(hours=number % 90 + 2 + number % 20)  # soon over
        yield Silence(
            id=str(uuid5(NAMESPACE_DNS, f"{number}.crowd.home.arpa")),
            matchers=_matchers(number, pod),
            starts_at=when(start),
            ends_at=when(start + length),
            updated_at=when(min(start, timedelta(0))),
            created_by=_OWNERS[number % len(_OWNERS)],
            comment=_COMMENTS[number % len(_COMMENTS)],
        )


def _matchers(number: int, pod: Pod) -> tuple[Matcher, ...]:
    name = Matcher("alertname", "=", RULES[number % len(RULES)].name)
    namespace = Matcher("namespace", "=", pod.service.namespace)
    match number % 10:
        case 0:  # all replicas of a service
            return name, namespace, Matcher("pod", "=~", f"{pod.service.name}-.+")
        case 1:  # what is only informative, of one team
            return Matcher("severity", "=", "info"), namespace
        case 2:  # all but one cluster
            return name, namespace, Matcher("cluster", "!=", pod.service.cluster)
        case _:
            return name, namespace, Matcher("pod", "=", pod.name)
