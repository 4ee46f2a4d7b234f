"""Select TensorFlow's compute device."""

from crackscope.errors import UsageError
from crackscope.options import Device


def choose(device: Device) -> None:
    """Select the device; auto uses a GPU if TensorFlow finds one. Raises UsageError for `gpu`
    without a GPU."""
    import tensorflow as tf

    found = tf.config.list_physical_devices("GPU")
    if device == "gpu" and not found:
        raise UsageError(
            "--device gpu: TensorFlow finds no GPU. Install its GPU build "
            '(pip install "tensorflow[and-cuda]"), or use --device cpu'
        )
    if device == "cpu":
        tf.config.set_visible_devices([], "GPU")
