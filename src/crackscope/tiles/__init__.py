"""Windows that cover every pixel of a photo at its native resolution."""
