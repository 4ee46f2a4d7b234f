"""A site made up of numbers: photo, label and score of every window."""

import numpy as np


def site(seed, photos=40, windows=60):
    """Photos that differ in how cracked they are, and a model that is none too good."""
    rng = np.random.default_rng(seed)
    photo = np.repeat(np.arange(photos), windows)
    cracked = rng.beta(0.4, 4, photos)[photo]
    labels = (rng.random(len(photo)) < cracked).astype(np.int64)
    logits = np.where(labels == 1, 0.5, -3.0) + rng.normal(0, 1.5, len(photo))
    return photo, labels, 1 / (1 + np.exp(-logits))
