"""What a network and a server can do to us, tried on every kind of source."""
