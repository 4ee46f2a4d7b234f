"""Training with masks: a network with lines, from ImageNet weights, METU and sound surfaces.

In any backend of Keras, from one packed file; benchmarks/pack_data.py makes it.
"""
