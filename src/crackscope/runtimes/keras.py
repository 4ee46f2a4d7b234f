"""Keras runtime: slower than ONNX Runtime, for training and comparisons."""

import numpy as np
from numpy.typing import NDArray

from crackscope import extras
from crackscope.errors import UsageError
from crackscope.models import bundle as bundles
from crackscope.models import classifier
from crackscope.models.parts import Maps, Span
from crackscope.options import Device, Precision
from crackscope.runtimes import RUNTIMES, check_precision
from crackscope.runtimes.outputs import computed, scores


@RUNTIMES.register("keras")
class KerasRuntime:
    """Scores uint8 batches with a bundle's model.keras; `model` is the Keras classifier."""

    def __init__(
        self,
        bundle: bundles.Bundle,
        device: Device = "auto",
        threads: int = 1,
        precision: Precision = "f32",
    ) -> None:
        check_precision("keras", precision, ("f32",))
        keras = extras.require("keras", "train", "run a model in Keras")
        self.description = f"Keras {keras.__version__}, f32"
        self.model = classifier.load(bundle.file(bundles.KERAS))

    def __call__(self, batch: NDArray[np.uint8]) -> NDArray[np.float64]:
        """(N, H, W, 3) uint8 RGB -> (N,) calibrated probabilities, float64."""
        return scores(computed(lambda: self.model.predict_on_batch(batch)), len(batch))

    def maps(self, pixels: NDArray[np.uint8]) -> Maps:
        """Not supported, since model.keras has a fixed input size: raises UsageError."""
        raise _windows_only()

    def lines(
        self, pixels: NDArray[np.uint8], maps: Maps, rows: Span, columns: Span
    ) -> NDArray[np.float32]:
        """Not supported, see `maps`."""
        raise _windows_only()

    def block(self) -> int:
        """Not supported, see `maps`."""
        raise _windows_only()


def _windows_only() -> UsageError:
    return UsageError("runtime keras scores single windows only. Use runtime onnx or openvino")
