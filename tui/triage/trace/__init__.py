"""From a device in a kernel line to the application: pure, and never by guessing."""
