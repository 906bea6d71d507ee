"""What happened to alerts, in this run and in those before: pure, and on disk."""
