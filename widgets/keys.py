"""Keys of widgets that are in the help but not in the footer."""

from __future__ import annotations

from textual.binding import Binding


def hidden(
    keys: str,
    action: str,
    description: str,
    id: str,  # noqa: A002 - the name that Textual gives it
    tooltip: str,
) -> Binding:
    """Bind keys that everybody guesses, so that the footer has room for the others."""
    return Binding(keys, action, description, id=id, tooltip=tooltip, show=False)
