from support_cross import feature_bundle, surfaces
from support_models import tiny_bundle

__all__ = ["feature_bundle", "surfaces", "tiny_bundle"]
