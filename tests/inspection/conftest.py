from support_lines import lines_bundle
from support_models import convolutional_bundle, tiny_bundle
from support_ray import ray_here

__all__ = ["convolutional_bundle", "lines_bundle", "ray_here", "tiny_bundle"]
