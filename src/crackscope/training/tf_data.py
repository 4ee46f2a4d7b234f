"""Prepare tf.data pipelines for Keras."""

from typing import Any


def ahead(pipeline: Any, steps: int | None = None) -> Any:
    """A pipeline of `steps` batches (None: endless) that prefetches two.

    Autotuning is off: there is nothing to tune here, and its thread sleeps for ever longer
    intervals, while Keras waits for it at the end of a phase.
    """
    import tensorflow as tf

    count = tf.data.INFINITE_CARDINALITY if steps is None else steps
    options = tf.data.Options()
    options.autotune.enabled = False
    counted = pipeline.apply(tf.data.experimental.assert_cardinality(count))
    return counted.prefetch(2).with_options(options)
