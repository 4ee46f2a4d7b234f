"""Describe a model."""
