"""Preparation of labelled data: audit, near-copies, label errors, and a leak-free split."""
