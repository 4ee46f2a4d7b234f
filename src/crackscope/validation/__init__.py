"""Validate a model on a site: sample windows of its photos, have them labelled, and evaluate."""
