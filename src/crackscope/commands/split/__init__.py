"""Divide labelled data without leaks."""
