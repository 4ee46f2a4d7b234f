"""Where TensorFlow computes."""

from crackscope.errors import UsageError
from crackscope.options import Device


def choose(device: Device) -> None:
    """auto takes a GPU where TensorFlow sees one; raises UsageError where `gpu` is not there."""
    import tensorflow as tf

    found = tf.config.list_physical_devices("GPU")
    if device == "gpu" and not found:
        raise UsageError(
            "device gpu: TensorFlow sees no GPU here. Install its GPU build "
            '(pip install "tensorflow[and-cuda]"), or use --device cpu'
        )
    if device == "cpu":
        tf.config.set_visible_devices([], "GPU")
