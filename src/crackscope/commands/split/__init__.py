"""Split labelled data without leaks."""
