from support_cross import feature_bundle, surfaces
from support_lines import lines_bundle
from support_models import tiny_bundle
from support_ray import ray_here

__all__ = ["feature_bundle", "lines_bundle", "ray_here", "surfaces", "tiny_bundle"]
