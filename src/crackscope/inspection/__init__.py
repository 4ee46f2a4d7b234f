"""Inspection of whole photos: windows, scores, cracks, verdict."""
