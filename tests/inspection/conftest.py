from support_cross import feature_bundle
from support_models import tiny_bundle

__all__ = ["feature_bundle", "tiny_bundle"]
