"""tf.data pipelines of batches that Python makes, as Keras takes them."""

from typing import Any


def ahead(pipeline: Any, steps: int | None = None) -> Any:
    """A pipeline of `steps` batches (None: without end), two of which are made ahead.

    tf.data's own tuning is off: there is nothing here to tune, and its thread sleeps twice as long
    each time, while Keras waits for it at the end of a phase, for up to as long as that took.
    """
    import tensorflow as tf

    count = tf.data.INFINITE_CARDINALITY if steps is None else steps
    options = tf.data.Options()
    options.autotune.enabled = False
    counted = pipeline.apply(tf.data.experimental.assert_cardinality(count))
    return counted.prefetch(2).with_options(options)
