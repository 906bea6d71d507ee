"""What every source has in common: how it fails."""

from __future__ import annotations

from tui.model.fault import Fault


class SourceError(Exception):
    """An expected failure: the endpoint is down, slow, refusing or talking nonsense."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.summary)
        self.fault = fault
