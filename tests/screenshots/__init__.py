"""The pictures of the README: drawn from the lab at a fixed instant, and compared."""
