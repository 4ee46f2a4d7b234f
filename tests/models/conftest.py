"""Fixtures that tests of models share."""

from support_models import convolutional_bundle, tiny_bundle

__all__ = ["convolutional_bundle", "tiny_bundle"]
