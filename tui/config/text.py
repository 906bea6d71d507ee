"""The small grammars inside the config's texts: durations, ranges, URLs."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_DURATION = re.compile(r"(?:(\d+)m(?!s))?(?:(\d+(?:\.\d+)?)s)?(?:(\d+)ms)?")
_LONGEST_SECONDS = 86_400
_RANGE = re.compile(r"(\d+\.\d+\.\d+)\.(\d+)-(\d+)((?::\d+)?)")
_PORT = re.compile(r"(?:[^:\[\]]+|\[.*\]):(\d+)")
_SERVICE = re.compile(
    r"([a-z0-9][a-z0-9-]*)/([a-z0-9][a-z0-9.-]*):([a-z0-9-]+)((?:/[^?#\s]*)?)"
)
_RANGE_LIKE = re.compile(
    r"[\d.]+[-\u2010-\u2015\u2212][\d.]*(?::.*)?"
    r"|[\d.]+/\d{1,2}"
    r"|\[?[\da-f]*:[\da-f]*:[\da-f:]*(?:-[\da-f:]+|/\d{1,3})(?:\]?(?::\d+)?)",
    re.IGNORECASE,
)
"""Ranges as others write them, of which no server's `instance` is one: CIDR, IPv6, and
with the long dashes that text processors make."""


def seconds(text: str) -> float:
    """Seconds of `10s`, `1m`, `1m30s`, `500ms`.

    raise   ValueError with a sentence
    """
    found = _DURATION.fullmatch(text)
    if found is None or not text:
        raise ValueError('must be a duration such as "10s" or "1m30s"')
    minutes, rest, milliseconds = (float(part or 0) for part in found.groups())
    length = 60 * minutes + rest + milliseconds / 1_000
    if length > _LONGEST_SECONDS:
        raise ValueError('must be a day or less, "1440m"')
    return length


def expanded(text: str) -> tuple[str, ...]:
    """The addresses that a text stands for: `10.0.0.4-6:80` is three of them.

    raise   ValueError with a sentence
    """
    if not text or any(character.isspace() for character in text):
        raise ValueError("must be an address without spaces")
    found = _RANGE.fullmatch(text)
    if found is None:
        if _RANGE_LIKE.fullmatch(text):
            raise ValueError('is no range: write "10.0.0.4-6" or "10.0.0.4-6:9100"')
        port_told = _PORT.fullmatch(text)
        if port_told is not None and int(port_told[1][:6]) > 65_535:
            told = f"has the port {port_told[1][:12]}, which there cannot be"
            raise ValueError(f"{told}: ports end at 65535")
        return (text,)
    prefix, first, last, port = found.groups()
    if int(last) < int(first):
        right = f"{prefix}.{last}-{first}{port}"
        raise ValueError(f'is a range that runs backwards: write "{right}"')
    if int(last) > 255 or int(port[1:] or 1) not in range(1, 65536):
        raise ValueError("is no range: it ends at 255, and ports end at 65535")
    return tuple(f"{prefix}.{n}{port}" for n in range(int(first), int(last) + 1))


def base_url(text: str) -> str:
    """A base URL without a slash at its end; a path is kept.

    raise   ValueError with a sentence
    """
    example = '"http://prometheus.example:9090"'
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError as error:
        raise ValueError(f"is no URL ({error})") from error
    if any(each.isspace() or not each.isprintable() for each in text):
        raise ValueError("must not hold spaces, nor what cannot be seen")
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(f"must be an HTTP URL such as {example}")
    if parts.username is not None:
        raise ValueError("must not hold a user: use the keys username and password")
    if parts.query or parts.fragment:
        raise ValueError("must end with its path: no ? and no #")
    return text.rstrip("/")


def service(text: str) -> tuple[str, str, str, str]:
    """Namespace, name, port and path of `monitoring/loki:3100/path`.

    raise   ValueError with a sentence
    """
    found = _SERVICE.fullmatch(text)
    if found is None:
        raise ValueError(
            'must be NAMESPACE/NAME:PORT, such as "monitoring/loki:3100"; '
            "the port is a number or a name"
        )
    namespace, name, port, path = found.groups()
    return namespace, name, port, path.rstrip("/")
