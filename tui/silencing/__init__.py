"""Silences: how one writes them, what they would hide, what became of them.

Pure and headless: the form, the list, the command line and the config use one grammar
and one preview. It knows the model alone.
"""
