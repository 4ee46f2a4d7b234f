"""Plan photos for the narrowest crack of interest."""
