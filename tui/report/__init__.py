"""What a record tells of a stretch of time, as a post-mortem has it.

Moments and notes go in, a `Report` comes out, and Markdown or HTML of that. It reads no
file, asks no clock and knows no screen.
"""
