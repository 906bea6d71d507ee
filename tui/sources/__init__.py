"""Bytes in, model values out: one module for each kind of server."""
