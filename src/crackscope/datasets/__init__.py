"""Labelled pictures, read in any layout: where their files lie, and which label each one has."""
