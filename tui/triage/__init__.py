"""Judges alerts from answers: pure functions, no I/O, no clock."""
