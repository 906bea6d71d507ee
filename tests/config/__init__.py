"""The config: what it says, and how it says that something is wrong."""
