"""Training: a head on features that are computed once, then fine-tuning, both resumable."""
