"""The contract of an export format, over the whole registry; and the parity gate."""

import numpy as np
import pytest

from crackscope.errors import ParityError, UsageError
from crackscope.exporting import FORMATS, verify

pytestmark = pytest.mark.train
pytest.importorskip("keras")

from crackscope.exporting import onnx  # noqa: E402
from crackscope.models import classifier  # noqa: E402


@pytest.fixture(scope="module")
def model():
    import keras

    made = classifier.build("small-cnn", 64, dropout=0.3, seed=1)
    for layer in made.get_layer("backbone").layers:
        if isinstance(layer, keras.layers.BatchNormalization):  # as a trained one: not 0 and 1
            gamma, beta, mean, variance = layer.get_weights()
            layer.set_weights([gamma * 1.1, beta + 0.05, mean + 0.01, variance * 0.2])
    classifier.set_head(made, np.random.default_rng(0).normal(0, 0.05, 192), 0.1)
    return made


@pytest.mark.parametrize("name", FORMATS.names())
def test_the_written_model_gives_the_same_scores(name, model, tmp_path):
    chosen = FORMATS.get(name)
    path = tmp_path / chosen.file_name
    chosen.write(model, path)
    pixels = verify.probes(80)
    expected = model.predict_on_batch(pixels).reshape(-1).astype(np.float64)
    assert np.ptp(expected) > 1e-3, "probes that all score alike would prove nothing"
    assert verify.gate(expected, chosen.score(path, pixels), 1e-5) <= 1e-5


def test_the_gate_closes():
    same = np.array([0.1, 0.9])
    assert verify.gate(same, same, 1e-5) == 0.0
    for other in (same + 2e-5, np.array([0.1, np.nan])):
        with pytest.raises(ParityError, match="differs from the original"):
            verify.gate(same, other, 1e-5)
    with pytest.raises(ParityError, match="must return 2 scores"):
        verify.gate(same, same[:1], 1e-5)


def network(middle):
    """The least that has features: what `middle` makes of the picture, averaged."""
    import keras

    pixels = keras.Input((None, None, 3), dtype="uint8", name="pixels")
    x = keras.layers.GlobalAveragePooling2D()(middle(keras.layers.Rescaling(1 / 255)(pixels)))
    probability = keras.layers.Dense(1, activation="sigmoid", name="head")
    return keras.Model(pixels, probability(keras.layers.Dropout(0.1, name="dropout")(x)))


def test_constants_that_are_not_weights_go_into_the_graph(tmp_path):
    import keras

    made = network(keras.layers.Normalization(mean=[0.4, 0.5, 0.6], variance=[0.1, 0.2, 0.3]))
    pixels = verify.probes(48)
    onnx.write(made, tmp_path / "model.onnx")
    expected = made.predict_on_batch(pixels).reshape(-1)
    assert onnx.score(tmp_path / "model.onnx", pixels) == pytest.approx(expected, abs=1e-6)


def test_a_network_that_onnx_cannot_hold_is_refused(tmp_path):
    import keras

    with pytest.raises(UsageError, match="cannot be exported to ONNX"):
        onnx.write(network(keras.ops.erfinv), tmp_path / "model.onnx")
    assert not (tmp_path / "model.onnx").exists()
