"""The dashboard in a browser: who may look, what the page is, and a process a viewer.

It knows nothing of clusters: it starts a command and carries its screen.
"""
