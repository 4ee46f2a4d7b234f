from support_models import tiny_bundle

__all__ = ["tiny_bundle"]
