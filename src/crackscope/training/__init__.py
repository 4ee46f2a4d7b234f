"""Training: a head on features computed once, then fine-tuning, both resumable at any epoch."""
