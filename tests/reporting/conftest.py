from support_lines import lines_bundle

__all__ = ["lines_bundle"]
