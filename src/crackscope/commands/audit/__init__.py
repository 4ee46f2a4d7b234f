"""Look for what is wrong with labelled data."""
