"""A client for the Talos machine API (apid) that knows nothing of taloscope."""
