"""Plan photos for the narrowest crack wanted."""
