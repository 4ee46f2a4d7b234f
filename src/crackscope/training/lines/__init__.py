"""Training with masks: a network with lines, from ImageNet weights, METU and sound surfaces.

<<<<<<< HEAD
In any backend of Keras, from one packed file; benchmarks/pack_data.py makes it.
=======
In any backend of Keras, from one packed file; see benchmarks/pack_data.py for how that is made.
>>>>>>> 74d6435 (Follow the new lines.json, score maps and names in the benchmarks)
"""
