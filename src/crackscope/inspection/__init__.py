"""Whole photos: windows, scores, regions, a verdict."""
