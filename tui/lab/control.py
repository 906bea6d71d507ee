"""The lab's control endpoint: see and move the story, switch faults on and off.

Loopback only. It is the test's hand on the stage, and no part of any real estate.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import timedelta
from functools import partial

from aiohttp import web

from tui.lab.apid import Apid
from tui.lab.faults import FAULTS, FaultError
from tui.lab.http import json_answer, rfc3339, text_answer
from tui.lab.world import World

# Whether its apids are down, step by step.
_APID_ACTIONS = {"stop": (True,), "start": (False,), "restart": (True, False)}
_OFFSET = re.compile(r"(-?)(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s)?")


def offset(text: str) -> timedelta:
    """An offset such as 4m30s, 90s or -5m; ValueError when it is none."""
    hit = _OFFSET.fullmatch(text.strip())
    if hit is None or not any(hit.groups()[1:]):
        raise ValueError(f"{text!r} is no time of the story; write it like 4m30s")
    sign, hours, minutes, seconds = hit.groups()
    size = timedelta(
        hours=int(hours or 0), minutes=int(minutes or 0), seconds=float(seconds or 0)
    )
    return -size if sign else size


def control_app(
    world: World, apids: Mapping[str, Apid] | None = None
) -> web.Application:
    """GET /state; POST /story {at, speed} or {by}; POST /faults {add, remove}.

    With apids by endpoint also GET and DELETE /counters, and POST /apid
    {cluster or node, action: stop, start or restart}.
    """

    def state() -> Mapping[str, object]:
        return {
            "now": rfc3339(world.now()),
            "at_seconds": world.clock.position().total_seconds(),
            "speed": world.clock.speed,
            "faults": sorted(world.faults.names),
            "known_faults": dict(FAULTS),
            "asked": dict(sorted(world.asked.items())),
        }

    async def show(_: web.Request) -> web.Response:
        return json_answer(state())

    async def story(request: web.Request) -> web.Response:
        try:
            asked = await _object(request)
            if "by" in asked:
                world.clock.advance(offset(str(asked["by"])))
                return json_answer(state())
            at = offset(str(asked["at"])) if "at" in asked else None
            speed = float(str(asked["speed"])) if "speed" in asked else None
            if speed is not None and not 0 <= speed <= 1000:
                return text_answer("speed lies between 0 and 1000", 400)
        except (TypeError, ValueError) as error:
            return text_answer(str(error), 400)
        world.clock.move(at, speed)
        return json_answer(state())

    async def faults(request: web.Request) -> web.Response:
        try:
            asked = await _object(request)
            world.change_faults(_names(asked, "add"), _names(asked, "remove"))
        except (FaultError, TypeError, ValueError) as error:
            return text_answer(str(error), 400)
        await world.settle()
        return json_answer(state())

    app = web.Application()
    app.add_routes(_counter_routes(apids or {}))
    app.router.add_post("/apid", partial(_switch_apid, world))
    app.router.add_get("/state", show)
    app.router.add_post("/story", story)
    app.router.add_post("/faults", faults)
    return app


async def _switch_apid(world: World, request: web.Request) -> web.Response:
    """Stop and start the apids of a cluster, or of one control plane."""
    try:
        asked = await _object(request)
        fault = f"apid-down:{asked.get('cluster') or asked['node']}"
        steps = _APID_ACTIONS[str(asked["action"])]
    except (KeyError, TypeError, ValueError) as error:
        return text_answer(f"not understood: {error}", 400)
    for is_down in steps:
        world.change_faults([fault] if is_down else [], [fault])
        await world.settle()
    return json_answer({"faults": sorted(world.faults.names)})


def _counter_routes(apids: Mapping[str, Apid]) -> list[web.RouteDef]:
    async def show(_: web.Request) -> web.Response:
        return json_answer(
            {
                endpoint: {
                    "cluster": apid.cluster,
                    "node": apid.address,
                    **apid.counters.values(),
                }
                for endpoint, apid in apids.items()
            }
        )

    async def reset(request: web.Request) -> web.Response:
        for apid in apids.values():
            apid.counters.reset()
        return await show(request)

    return [web.get("/counters", show), web.delete("/counters", reset)]


async def _object(request: web.Request) -> dict[str, object]:
    found = json.loads(await request.text())
    if not isinstance(found, dict):
        raise TypeError("the body is a JSON object")
    return found


def _names(asked: Mapping[str, object], key: str) -> list[str]:
    names = asked.get(key, [])
    if not isinstance(names, list):
        raise TypeError(f"{key} is a list of faults")
    return [str(name) for name in names]
