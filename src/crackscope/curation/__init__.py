"""Labelled data before training: audit, near-copies, label errors, and a leak-free split."""
