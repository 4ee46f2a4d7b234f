"""Evaluate a model: on one data set, across several, or on degraded patches."""
