"""How far a verb is that takes long: on standard error, for a person or a program."""

from __future__ import annotations

from typing import TextIO

_CLEAR = "\r\x1b[K"


class Progress:
    """Says it where somebody sees it, or asked for it; each once."""

    def __init__(self, stream: TextIO, prefix: str) -> None:
        """prefix  of a line for each step, as a program wants them; empty: on a
        terminal it is one line, which is written anew, else none
        """
        self._stream = stream
        self._prefix = prefix
        self._is_seen = stream.isatty() and not prefix
        self._said = ""

    def say(self, words: str) -> None:
        """What is being done now."""
        if words == self._said:
            return
        self._said = words
        if self._prefix:
            print(f"{self._prefix}{words}", file=self._stream, flush=True)
        elif self._is_seen:
            print(f"{_CLEAR}{words}", end="", file=self._stream, flush=True)

    def clear(self) -> None:
        """Make room for what is to stay."""
        if self._said and self._is_seen:
            print(_CLEAR, end="", file=self._stream, flush=True)
        self._said = ""
