"""Photos too large to decode as a whole, read from top to bottom, a few rows at a time."""
