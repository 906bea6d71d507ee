"""Numbered entries through a Loki that misbehaves: none lost, none doubled."""
