"""Opens a websocket on an HTTP endpoint: the same ways in, the same words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus, WebSocketException
from websockets.typing import Subprotocol

from tui.model.fault import FaultKind
from tui.sources.http import LARGEST_ANSWER_BYTES, HttpSession, uses_proxy
from tui.sources.http_fault import Answer, NotSentError, broken

SIGN_OF_LIFE_SECONDS = 5.0


class _Connect(connect):
    """Follows no redirect: it would take our credentials to a sign-in page."""

    def process_redirect(self, exc: Exception) -> Exception:
        return exc


async def dial(
    session: HttpSession,
    path: str,
    headers: Mapping[str, str],
    what: str,
    subprotocols: Sequence[str] = (),
) -> ClientConnection:
    """A websocket that is open. Refusals before the upgrade are plain HTTP.

    path    with its query
    what    is opened, in a word, for the person who reads that it could not be
    raise   SourceError; NotSentError when nobody was reached
    """
    url = f"{session.url.replace('http', 'ws', 1)}{path}"
    seconds, shown = session.timeout_seconds, session.shown_url
    inside, way = await session.through_tunnel(), session.way
    named: dict[str, Any] = (
        {"server_hostname": way.server_name} if way.server_name else {}
    )
    try:
        return await _Connect(
            url,
            additional_headers={**await session.headers(), **headers},
            subprotocols=[cast("Subprotocol", each) for each in subprotocols] or None,
            ssl=await session.tls_context(),
            sock=inside,
            open_timeout=seconds,
            close_timeout=1.0,
            ping_interval=SIGN_OF_LIFE_SECONDS,
            ping_timeout=SIGN_OF_LIFE_SECONDS,
            max_size=LARGEST_ANSWER_BYTES,
            proxy=way.proxy or (inside is None and uses_proxy(url)) or None,
            **named,
        )
    except InvalidStatus as error:
        refused = error.response
        fields = {name.lower(): value for name, value in refused.headers.items()}
        answer = Answer(refused.status_code, fields, refused.body or b"", shown)
        raise session.refusal(answer) from error
    except TimeoutError as error:
        raise session.error(FaultKind.TIMEOUT, f"no {what} within {seconds:g} s") from (
            error
        )
    except WebSocketException as error:
        raise session.error(
            FaultKind.PROTOCOL, "does not speak websocket", str(error)
        ) from error
    except OSError as error:
        raise NotSentError(broken(error, shown)) from error
