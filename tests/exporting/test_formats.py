"""The contract of an export format, over the whole registry; and the parity gate."""

import numpy as np
import pytest

from crackscope.errors import ParityError
from crackscope.exporting import FORMATS, verify

pytestmark = pytest.mark.train
pytest.importorskip("keras")

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
        with pytest.raises(ParityError, match="not the same"):
            verify.gate(same, other, 1e-5)
    with pytest.raises(ParityError, match="2 scores expected"):
        verify.gate(same, same[:1], 1e-5)
