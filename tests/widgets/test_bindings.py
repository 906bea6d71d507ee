from __future__ import annotations

import pytest
from textual.binding import Binding
from textual.dom import DOMNode

from widgets.confirm import Confirm
from widgets.log_view import LogView
from widgets.row_table import RowTable

OWNERS = (RowTable, LogView, Confirm)


def bindings(owner: type[DOMNode]) -> list[Binding]:
    return [b for b in owner.BINDINGS if isinstance(b, Binding)]


@pytest.mark.parametrize("owner", OWNERS)
def test_every_key_can_be_moved_and_is_explained(owner: type[DOMNode]) -> None:
    assert bindings(owner)
    for binding in bindings(owner):
        assert binding.id
        assert binding.description
        assert binding.tooltip


def test_no_two_keys_have_the_same_id() -> None:
    ids = [binding.id for owner in OWNERS for binding in bindings(owner)]
    assert len(ids) == len(set(ids))
