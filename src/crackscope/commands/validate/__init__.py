"""Validate a model on a site, and adapt it."""
