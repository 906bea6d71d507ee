"""What gets us into one HTTP endpoint: secrets, read when they are needed."""

from __future__ import annotations

import asyncio
from asyncio.subprocess import DEVNULL, PIPE
from base64 import b64encode
from collections.abc import Iterator, Sequence
from pathlib import Path

from tui.config import Endpoint
from tui.model.fault import FaultKind
from tui.sources.base import SourceError
from tui.sources.child import end
from tui.sources.http_fault import source_error

COMMAND_SECONDS = 10.0
"""For a command to give a secret: it may have to ask a vault."""


class Credentials:
    """The headers of one endpoint. A file is read each time: tokens are rotated.

    What a command gave is kept until the server refuses it.
    """

    def __init__(self, endpoint: Endpoint, shown: str) -> None:
        """`shown` is what the endpoint is called in faults."""
        self._endpoint = endpoint
        self._shown = shown
        self._given: dict[tuple[str, ...], str] = {}
        self._asking = asyncio.Lock()

    async def headers(self) -> dict[str, str]:
        """What gets us in.

        raise   SourceError(CONFIG) when a file cannot be read or a command fails
        """
        endpoint = self._endpoint
        headers: dict[str, str] = {}
        if endpoint.tenant:
            headers["X-Scope-OrgID"] = endpoint.tenant
        if endpoint.username:
            password = endpoint.password.value if endpoint.password else ""
            if endpoint.password_command:
                password = await self._told_by(endpoint.password_command)
            pair = f"{endpoint.username}:{password}".encode()
            headers["Authorization"] = f"Basic {b64encode(pair).decode()}"
        if token := await self._token():
            headers["Authorization"] = f"Bearer {token}"
        return headers

    def forget(self) -> None:
        """The server refused us: ask the commands again."""
        self._given.clear()

    def remedy(self, status: int) -> str:
        """What to do about a refusal: which keys of the config to look at."""
        keys = " and ".join(self._keys())
        if status not in {401, 403}:
            return ""
        if not keys:
            return "Give this endpoint username and password, or bearer_token_file."
        if status == 403:
            return f"Allow it to whom {keys} of this endpoint stand for, or use others."
        return f"Check {keys} of this endpoint in the config."

    def _keys(self) -> Iterator[str]:
        """The keys of the config that say who we are, as far as they are given."""
        endpoint = self._endpoint
        given = {
            "username": endpoint.username,
            "password": endpoint.password,
            "password_command": endpoint.password_command,
            "bearer_token_file": endpoint.bearer_token_file,
            "bearer_token": endpoint.bearer_token,
            "bearer_token_command": endpoint.bearer_token_command,
            "cert_file": endpoint.cert_file,
            "tenant": endpoint.tenant,
        }
        yield from (name for name, value in given.items() if value)

    async def _token(self) -> str:
        endpoint = self._endpoint
        if endpoint.bearer_token_file is not None:
            return self._read(endpoint.bearer_token_file)
        if endpoint.bearer_token_command:
            return await self._told_by(endpoint.bearer_token_command)
        return endpoint.bearer_token.value if endpoint.bearer_token else ""

    def _read(self, path: Path) -> str:
        try:
            return path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise self._error(
                f"cannot read the token file {path}", str(error)
            ) from error

    async def _told_by(self, command: Sequence[str]) -> str:
        """The first line of what a command prints; it is run once for all who wait."""
        key = tuple(command)
        async with self._asking:
            if key not in self._given:
                self._given[key] = await self._run(key)
            return self._given[key]

    async def _run(self, command: tuple[str, ...]) -> str:
        try:
            process = await asyncio.create_subprocess_exec(
                *command,
                stdin=DEVNULL,
                stdout=PIPE,
                stderr=PIPE,
                start_new_session=True,
            )
        except OSError as error:
            raise self._error(
                f"cannot run {command[0]} for a secret", str(error)
            ) from error
        try:
            async with asyncio.timeout(COMMAND_SECONDS):
                output, errors = await process.communicate()
        except TimeoutError:
            raise self._error(
                f"{command[0]} gave no secret within {COMMAND_SECONDS:g} s"
            ) from None
        finally:
            await end(process)
        lines = output.decode(errors="replace").strip().splitlines()
        if process.returncode != 0 or not lines:
            said = errors.decode(errors="replace").strip().splitlines()
            raise self._error(f"{command[0]} gave no secret", said[-1] if said else "")
        return lines[0]

    def _error(self, summary: str, detail: str = "") -> SourceError:
        return source_error(FaultKind.CONFIG, summary, detail, self._shown)
