from support_models import convolutional_bundle, tiny_bundle
from support_ray import ray_here

__all__ = ["convolutional_bundle", "ray_here", "tiny_bundle"]
