"""A client for the Talos machine API (apid) that knows nothing of taloscope.

It is for others too: calls that no screen of ours makes (events, watches of resources,
processors' clocks) belong to it, and are held to the wire by its tests.
"""

import os

# gRPC's C core writes its troubles to file descriptor 2, which is somebody's screen,
# and reads this when it is first imported. What went wrong reaches the caller as a
# TalosError.
os.environ.setdefault("GRPC_VERBOSITY", "NONE")
