from __future__ import annotations

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from tui.model import toml


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_is_read_back_as_it_was(text: str) -> None:
    assert tomllib.loads(f"a = {toml.quoted(text)}") == {"a": text}


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_may_be_a_key(text: str) -> None:
    assert tomllib.loads(f"[{toml.header('a', text)}]") == {"a": {text: {}}}


@given(st.text(), st.text())
def test_what_is_written_never_steers_a_terminal(text: str, said: str) -> None:
    written = toml.quoted(text) + toml.key(text) + toml.comment(said)
    assert written.isprintable()


@given(st.text())
def test_a_comment_stays_one(text: str) -> None:
    assert tomllib.loads(f"a = 1  # {toml.comment(text)}\n") == {"a": 1}


def test_plain_keys_stay_bare() -> None:
    assert toml.header("clusters", "prod", "a.b") == 'clusters.prod."a.b"'
