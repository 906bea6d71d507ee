"""What to look at next for a target that is down: checks as data, read by pure code."""
