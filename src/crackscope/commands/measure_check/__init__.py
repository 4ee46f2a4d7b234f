"""Check the accuracy of widths with your own camera."""
