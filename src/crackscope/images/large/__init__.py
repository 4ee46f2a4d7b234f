"""Photos that are too large to decode whole: read from top to bottom, a few rows at a time."""
