"""Names and sizes shared by the graphs of a model and the runtimes."""

PIXELS, SIZE, CELLS, CROP, LINES = "pixels", "size", "cells", "crop", "lines"
"""Names in the graphs: the input image, the height and width that it is resized to, the features
of cells, the decoder's crop and its output."""
STRIDES = (4, 8, 16)
"""Strides of the maps that feed the decoder besides the cells, in network pixels."""
LEVELS = tuple(f"level_{stride}" for stride in STRIDES)
"""Names of these maps (N, C, H / stride, W / stride)."""
CELL = 32
"""Side of a cell in network pixels."""
