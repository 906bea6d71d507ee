"""Layout and wiring, one screen a file."""
