"""Robustness of a model to degraded images, and false alarms on crack-like distractors."""
