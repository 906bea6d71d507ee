"""The product against the lab: separate processes, real sockets."""
