"""Asks, supervises and hands on; no Textual in it."""
