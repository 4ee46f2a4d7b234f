"""Check widths with a camera of one's own."""
