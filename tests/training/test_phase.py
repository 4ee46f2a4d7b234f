import numpy as np
import pytest

pytestmark = pytest.mark.train
keras = pytest.importorskip("keras")

from crackscope.errors import TrainingError  # noqa: E402
from crackscope.training import phase as phases  # noqa: E402
from crackscope.training.history import History  # noqa: E402

X = np.random.default_rng(0).normal(0, 1, (32, 4)).astype(np.float32)
Y = (X[:, :1] > 0).astype(np.float32)


def model():
    keras.utils.set_random_seed(0)
    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(1, activation="sigmoid")])


def batches(x=X):
    import tensorflow as tf

    return lambda first: tf.data.Dataset.from_tensor_slices((x, Y)).batch(8).repeat()


def phase(epochs: int, rate: float = 0.05) -> phases.Phase:
    return phases.Phase("head", epochs, rate, patience=9)


def test_a_loss_that_is_not_finite_stops_and_keeps_the_last_good_epoch(tmp_path):
    history = History(tmp_path)
    phases.run(model(), phase(2), history, batches(), 4, (X, Y))
    broken = np.where(np.arange(32)[:, None] == 9, np.nan, X)
    with pytest.raises(TrainingError, match="no longer finite"):
        phases.run(model(), phase(4), history, batches(broken), 4, (X, Y))
    kept = History(tmp_path)
    assert [row.epoch for row in kept.of("head")] == [1, 2]
    assert kept.weights("head", 2).exists()


def test_resumed_in_the_middle_it_ends_as_unbroken(tmp_path):
    unbroken, first, second = model(), model(), model()
    phases.run(unbroken, phase(4), History(tmp_path / "a"), batches(), 4, (X, Y))
    phases.run(first, phase(2), History(tmp_path / "b"), batches(), 4, (X, Y))
    phases.run(second, phase(4), History(tmp_path / "b"), batches(), 4, (X, Y))
    for ours, theirs in zip(second.get_weights(), unbroken.get_weights(), strict=True):
        assert np.allclose(ours, theirs, atol=1e-5), "the optimiser's memory is resumed too"


def test_the_best_epoch_is_what_stays(tmp_path):
    history = History(tmp_path)
    trained = model()
    phases.run(trained, phase(3, rate=5.0), history, batches(), 4, (X, Y))
    loss = float(trained.evaluate(X, Y, verbose=0)[0])
    assert loss == pytest.approx(min(row.val_loss for row in history.rows), rel=1e-3)


def test_the_cosine_rises_and_falls_to_nothing():
    shares = [phases.cosine(done) for done in np.linspace(0, 1, 201)]
    top = int(np.argmax(shares))
    assert shares[0] == 0.0
    assert shares[-1] == pytest.approx(0.0, abs=1e-9)
    assert 0.02 < top / 200 < 0.05
    assert shares[top] > 0.99
    assert np.all(np.diff(shares[: top + 1]) > 0)
    assert np.all(np.diff(shares[top:]) < 0)


def test_a_cosine_phase_resumed_in_the_middle_ends_as_unbroken(tmp_path):
    whole = phases.Phase("head", 4, 0.05, patience=9, cosine=True)

    class KilledError(Exception):
        pass

    class Kill(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            if epoch == 1:
                raise KilledError

    unbroken, first, second = model(), model(), model()
    phases.run(unbroken, whole, History(tmp_path / "a"), batches(), 4, (X, Y))
    with pytest.raises(KilledError):
        phases.run(first, whole, History(tmp_path / "b"), batches(), 4, (X, Y), (Kill(),))
    phases.run(second, whole, History(tmp_path / "b"), batches(), 4, (X, Y))
    assert len(History(tmp_path / "b").of("head")) == 4
    for ours, theirs in zip(second.get_weights(), unbroken.get_weights(), strict=True):
        assert np.allclose(ours, theirs, atol=1e-5)
