from support_cross import feature_bundle
from support_lines import lines_bundle
from support_models import convolutional_bundle, tiny_bundle

__all__ = ["convolutional_bundle", "feature_bundle", "lines_bundle", "tiny_bundle"]
