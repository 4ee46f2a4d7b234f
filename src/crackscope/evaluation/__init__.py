"""Evaluate a model: metrics with intervals, calibration, and where it fails."""
