"""Names and sizes that the graphs of a model share with what runs them."""

PIXELS, SIZE, CELLS, CROP, LINES = "pixels", "size", "cells", "crop", "lines"
"""Names in the graphs: of the picture, of the height and width that it is resized to, of the
features of cells; of what the decoder crops, and of what it gives."""
STRIDES = (4, 8, 16)
"""Network pixels along a place of each map that the decoder takes besides the cells."""
LEVELS = tuple(f"level_{stride}" for stride in STRIDES)
"""Names of these maps (N, C, H / stride, W / stride)."""
CELL = 32
"""Network pixels along a cell."""
