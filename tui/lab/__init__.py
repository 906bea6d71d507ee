"""The embedded lab: a homelab that speaks the real protocols on loopback.

It is a guest: it imports nothing of the product but `talosapi`, and the product
connects to it as it would to any other estate.
"""
