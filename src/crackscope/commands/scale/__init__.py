"""Mark two points or four corners of a known length in photos, on a local page."""
