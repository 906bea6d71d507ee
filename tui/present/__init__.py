"""Model values to rows, words and tones; the only place of local time."""
