"""Train a network with lines, from ImageNet weights, METU and sound surfaces.

Works with every Keras backend, from one packed file, which benchmarks/pack_data.py makes.
"""
