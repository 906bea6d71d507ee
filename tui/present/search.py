"""What is typed behind `/`: words that a row must hold, `!words` that it must not."""

from __future__ import annotations

from msgspec import Struct


class Search(Struct, frozen=True, gc=False):
    """What is looked for; small letters and capitals are the same."""

    wanted: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.wanted or self.unwanted)

    def fits(self, text: str) -> bool:
        """Whether a text, in small letters already, is what is looked for."""
        return all(word in text for word in self.wanted) and not any(
            word in text for word in self.unwanted
        )


def search(text: str) -> Search:
    """Read what was typed: words between spaces; a lone `!` is nothing yet."""
    words = text.casefold().split()
    return Search(
        tuple(word for word in words if word[0] != "!"),
        tuple(word[1:] for word in words if word[0] == "!" and len(word) > 1),
    )
