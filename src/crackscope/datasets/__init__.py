"""Data sets of labelled patches: readers for several layouts, and access to the files."""
