"""What taloscope remembers between runs, in the place that XDG names for it.

It knows the file system and the model, no server.
"""
