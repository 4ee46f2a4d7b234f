"""Models: backbones, the classifier on top, the bundle on disk and its card."""
