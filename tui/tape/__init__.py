"""The record of what was known, moment by moment, and the way back to any of them.

It knows nothing of screens: it takes a backend's values and gives them back.
"""
