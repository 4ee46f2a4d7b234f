"""Synthetic cracks: where they run, what they look like, and whether they can be seen."""
