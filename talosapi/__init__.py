"""A client for the Talos machine API (apid) that knows nothing of taloscope."""

import os

# gRPC's C core writes its troubles to file descriptor 2, which is somebody's screen,
# and reads this when it is first imported. What went wrong reaches the caller as a
# TalosError.
os.environ.setdefault("GRPC_VERBOSITY", "NONE")
