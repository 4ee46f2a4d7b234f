"""Training with masks: a network with lines, from ImageNet weights, METU and sound surfaces.

In any backend of Keras, from one packed file; see `pack_data.py` in benchmarks for how that is made.
"""
