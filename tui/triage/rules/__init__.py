"""One family of rules a file."""
