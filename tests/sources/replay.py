"""Plays recorded answers back to a source, through httpx's own seam."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from tui.config import Endpoint

DATA = Path(__file__).parents[1] / "data"
INDEX: tuple[dict[str, Any], ...] = tuple(json.loads((DATA / "index.json").read_text()))
ENDPOINT = Endpoint(urls=("http://server.test/base",))
_FRAMING = {"content-encoding", "content-length", "transfer-encoding"}


def recordings(*paths: str, ok: bool = True) -> list[Any]:
    """Test parameters: what was recorded of these paths; refused when not `ok`."""
    return [
        pytest.param(record, id=record["file"])
        for record in INDEX
        if record["path"].partition("?")[0] in paths
        and (record["status"] == 200) is ok
        and record["method"] in {"GET", "POST", "DELETE"}
    ]


def recorded(file: str) -> dict[str, Any]:
    """One row of the index."""
    return next(record for record in INDEX if record["file"] == file)


def body(record: dict[str, Any]) -> bytes:
    """The recorded body."""
    file: str = record["file"]
    return (DATA / file).read_bytes()


def raw(record: dict[str, Any]) -> Any:
    """The recorded JSON, decoded by another decoder than ours."""
    return json.loads(body(record))


def response(record: dict[str, Any]) -> httpx.Response:
    """The recorded answer; its framing is httpx' business."""
    headers = {
        name: value
        for name, value in record["response_headers"].items()
        if name.lower() not in _FRAMING
    }
    return httpx.Response(record["status"], headers=headers, content=body(record))


def playing(record: dict[str, Any]) -> httpx.MockTransport:
    """Answers everything with one recording."""
    return httpx.MockTransport(lambda _: response(record))


def answering(
    handler: Callable[[httpx.Request], httpx.Response],
) -> httpx.MockTransport:
    """Answers by a function."""
    return httpx.MockTransport(handler)


def saying(status: int, content: bytes = b"", **headers: str) -> httpx.MockTransport:
    """Answers everything alike; `content_type=` is written `Content-Type`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.MockTransport(
        lambda _: httpx.Response(status, headers=named, content=content)
    )
