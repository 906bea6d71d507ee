"""What is the same for all pictures, whoever draws them and when."""

from __future__ import annotations

import pytest
from textual.widgets import Input


@pytest.fixture(autouse=True)
def drawn_by_nobody_in_particular(monkeypatch: pytest.MonkeyPatch) -> None:
    """No cursor blinks, and whoever runs the tests is not in the picture."""
    monkeypatch.setattr(Input, "cursor_blink", False)
    monkeypatch.setenv("USER", "operator")
