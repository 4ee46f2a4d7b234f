"""The contract of a backbone, over the whole registry."""

import importlib

import numpy as np
import pytest

pytestmark = pytest.mark.train
keras = pytest.importorskip("keras")

from crackscope.models.backbones import BACKBONES, CORE, applications  # noqa: E402

SMALL = ("mobilenetv2", "small-cnn", "mobilenetv3small", "efficientnetv2b0", "resnet50")
"""Built for real; the rest of keras.applications goes the same way and would take minutes."""


@pytest.mark.parametrize("name", SMALL)
def test_pixels_become_pooled_features(name):
    network = BACKBONES.get(name).build(64, False)
    assert network.name == "backbone"
    assert network.input_shape == (None, 64, 64, 3)
    features = network.predict_on_batch(np.full((2, 64, 64, 3), 128.0, np.float32))
    assert features.ndim == 2
    assert np.isfinite(features).all()
    held = CORE in [layer.name for layer in network.layers]
    assert held or not BACKBONES.get(name).pretrained


def test_every_name_is_one_of_keras():
    known = {name.lower() for name in dir(keras.applications)}
    assert set(BACKBONES.names()) - known == {"small-cnn"}


@pytest.mark.parametrize("module", applications._MODULES)
def test_normalisation_is_the_one_the_network_was_made_for(module):
    pixels = np.random.default_rng(0).uniform(0, 255, (2, 5, 5, 3)).astype(np.float32)
    inputs = keras.Input((5, 5, 3))
    model = keras.Sequential([inputs, _Normalised(module)])
    expected = importlib.import_module(f"keras.applications.{module}").preprocess_input(
        pixels.copy()
    )
    assert np.allclose(model(pixels), expected, atol=1e-4)


class _Normalised(keras.layers.Layer):
    def __init__(self, module: str) -> None:
        super().__init__()
        inputs = keras.Input((5, 5, 3))
        out = applications._normalised(module, inputs)
        self.inner = None if out is inputs else keras.Model(inputs, out)

    def call(self, x):
        return x if self.inner is None else self.inner(x)
