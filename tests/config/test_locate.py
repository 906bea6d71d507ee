from __future__ import annotations

import pytest

from tui.config.locate import KeyPath, lines_of

DOCUMENT = r'''# a comment with = and [brackets]
refresh = "10s" # and one after
text = """
[not.a.table]
key = "no" \""" still """
'quoted # key' = 'its'

[shared]
prometheus = { url = "http://x # not a comment", cluster = "m" }
a.b."c.d" = 1

[clusters."dot.ted".talos]
nodes = [
  "one", # first
  [ "two", { deep = true } ],
  "]",
]
[clusters.prod]
labels . cluster = "x"
[[list]]
name = 1
[[list]]
name = 2
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("refresh",), 2),
        (("text",), 3),
        (("quoted # key",), 6),
        (("shared",), 8),
        (("shared", "prometheus"), 9),
        (("shared", "prometheus", "cluster"), 9),
        (("shared", "a"), 10),
        (("shared", "a", "b", "c.d"), 10),
        (("clusters",), 12),
        (("clusters", "dot.ted", "talos"), 12),
        (("clusters", "dot.ted", "talos", "nodes"), 13),
        (("clusters", "dot.ted", "talos", "nodes", 0), 14),
        (("clusters", "dot.ted", "talos", "nodes", 1, 1, "deep"), 15),
        (("clusters", "dot.ted", "talos", "nodes", 2), 16),
        (("clusters", "prod", "labels", "cluster"), 19),
        (("list", 0, "name"), 21),
        (("list", 1, "name"), 23),
    ],
)
def test_every_way_to_write_a_key_is_found(path: KeyPath, line: int) -> None:
    assert lines_of(DOCUMENT)[path] == line


def test_what_stands_in_a_text_is_no_key() -> None:
    assert ("not",) not in lines_of(DOCUMENT)


def test_an_empty_document_has_no_lines() -> None:
    assert lines_of("# nothing\n\n") == {}


def test_quoted_keys_are_decoded_as_toml_does() -> None:
    assert lines_of(r'"tab\tkey" = 1')[("tab\tkey",)] == 1
