"""Charts, contact sheets, overlays, and HTML and PDF pages."""
