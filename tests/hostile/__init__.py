"""Text that means harm, in every field: through every pane."""
