"""What could let anybody in is taken out of a text before it is shown or kept. Pure.

Better a harmless word hidden than a password told; but a path, a host name and the
prose of an error stay, or nobody could do anything with it.
"""

from __future__ import annotations

import re

HIDDEN = "***"

_NAMES = ("auth", "credential", "key", "pass", "pwd", "secret", "sign", "token")
_NAME = r"[\w-]{0,80}(?:passw(?:or)?d|secret|token|api[_-]?key)[\w-]{0,80}"
_VALUE = r"(?:'[^']*'|\"[^\"]*\"|[^\s,;&)}\]]+)"
_PARAMETER = re.compile(r"([?&])([^=&?\s\"']+)=[^&\s\"']+")
_PATTERNS = (
    re.compile(r"()-----BEGIN [^-]+-----.*?(?:-----END [^-]+-----|\Z)", re.DOTALL),
    re.compile(r"(://)[^/\s@\"']+(?=@)"),
    re.compile(rf"(?i)(authorization['\"]?\s*[:=]\s*)(?:\w+\s+)?{_VALUE}"),
    # A scheme and what looks like no word of a sentence.
    re.compile(r"\b((?i:bearer|basic)\s+)(?=\S*[A-Z0-9=._])[\w.~+/-]{6,}=*"),
    # After a colon only what is quoted, as in JSON, or a password, as in YAML.
    re.compile(
        rf"(?i)((?<![?&\w-]){_NAME}\s*=\s*|(['\"]){_NAME}\2\s*[:=]\s*"
        rf"|\bpassw(?:or)?d\s*:\s*){_VALUE}"
    ),
    # A key or a JSON Web Token; no path, and no host name, which has no capitals.
    re.compile(
        r"(?<![\w/+=.-])()(?=\S*[A-Z])(?=\S*[0-9])[A-Za-z0-9+_=.-][A-Za-z0-9+/_=.-]{59,}"
    ),
)


def is_secretive(name: str) -> bool:
    """Whether a query parameter of that name may hold a secret."""
    small = name.casefold()
    return any(word in small for word in _NAMES)


def without_secrets(text: str) -> str:
    """A text without what looks like a secret: in URLs, headers, settings and keys."""
    text = _PARAMETER.sub(_hidden_value, text)
    for pattern in _PATTERNS:
        text = pattern.sub(rf"\g<1>{HIDDEN}", text)
    return text


def _hidden_value(found: re.Match[str]) -> str:
    whole, name = found.group(0), found.group(2)
    return f"{found.group(1)}{name}={HIDDEN}" if is_secretive(name) else whole
