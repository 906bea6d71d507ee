"""The corpus: alerts in clusters in many states, and the verdict that each deserves.

The cases are in tests/data/corpus; here is what serves them and runs the engine on all.
"""
