import numpy as np
import pytest

from crackscope.errors import BundleError, UnknownNameError, UsageError

pytestmark = pytest.mark.train
pytest.importorskip("keras")

from crackscope.models import classifier, weights  # noqa: E402

PIXELS = np.random.default_rng(0).integers(0, 256, (3, 50, 44, 3)).astype(np.uint8)


@pytest.fixture(scope="module")
def model():
    return classifier.build("small-cnn", 32, dropout=0.5, seed=0)


def test_the_output_is_a_probability_whatever_the_size_of_the_picture(model):
    for side in (32, 57, 300):
        scores = model.predict_on_batch(np.zeros((2, side, side + 3, 3), np.uint8))
        assert scores.shape == (2, 1)
        assert ((scores > 0) & (scores < 1)).all()


def test_eager_and_compiled_calls_agree(model):
    eager = np.asarray(model(PIXELS, training=False))
    assert np.abs(eager - model.predict_on_batch(PIXELS)).max() < 1e-5


def test_the_same_seed_gives_the_same_head():
    heads = [classifier.build("small-cnn", 32, 0.1, seed) for seed in (1, 1, 2)]
    kernels = [classifier.head_weights(head)[0] for head in heads]
    assert (kernels[0] == kernels[1]).all()
    assert (kernels[0] != kernels[2]).any()


def test_features_times_head_are_the_logits():
    model = classifier.build("small-cnn", 32, 0.5, seed=3)
    features = classifier.feature_extractor(model).predict_on_batch(PIXELS)
    kernel, bias = classifier.head_weights(model)
    expected = classifier.logits(model.predict_on_batch(PIXELS)[:, 0])
    assert np.allclose(features @ kernel + bias, expected, atol=1e-4)


def test_a_folded_temperature_divides_the_logits():
    model = classifier.build("small-cnn", 32, 0.5, seed=3)
    classifier.set_head(model, np.linspace(-9, 9, 192), 0.3)
    before = classifier.logits(model.predict_on_batch(PIXELS)[:, 0])
    classifier.fold_temperature(model, 2.5)
    after = classifier.logits(model.predict_on_batch(PIXELS)[:, 0])
    assert np.allclose(after, before / 2.5, atol=1e-4)
    assert np.abs(before).max() > 0.01


def test_random_weights_follow_from_the_seed_alone():
    drawn = [
        weights.start("none", "small-cnn", 32, 0.5, seed=seed).model.get_weights()
        for seed in (4, 4, 5)
    ]
    assert all((a == b).all() for a, b in zip(drawn[0], drawn[1], strict=True))
    assert any((a != b).any() for a, b in zip(drawn[0], drawn[2], strict=True))


@pytest.mark.parametrize("temperature", [0.0, -1.0, float("nan"), float("inf")])
def test_a_temperature_is_finite_and_positive(model, temperature):
    with pytest.raises(ValueError, match="above 0"):
        classifier.fold_temperature(model, temperature)


def test_unfreezing_takes_the_top_share_and_spares_batch_norm():
    import keras

    model = classifier.build("small-cnn", 32, 0.5, seed=0)
    layers = model.get_layer("backbone").layers
    classifier.unfreeze(model, 0.5)
    changed = [index for index, layer in enumerate(layers) if layer.trainable]
    assert min(changed) >= len(layers) // 2
    norms = [layer for layer in layers if isinstance(layer, keras.layers.BatchNormalization)]
    assert not any(layer.trainable for layer in norms)
    classifier.unfreeze(model, 1.0, keep_statistics=False)
    assert all(layer.trainable for layer in norms)


def test_a_keras_file_that_would_run_code_is_refused(tmp_path):
    import keras

    inputs = keras.Input((4,))
    bad = keras.Model(inputs, keras.layers.Lambda(lambda x: x * 2)(inputs))
    bad.save(tmp_path / "bad.keras")
    with pytest.raises(BundleError, match="cannot be read"):
        classifier.load(tmp_path / "bad.keras")


def test_weights_from_a_file_arrive(tmp_path):
    first = classifier.build("small-cnn", 32, 0.5, seed=5)
    first.save(tmp_path / "first.keras")
    start = weights.start(str(tmp_path / "first.keras"), "small-cnn", 64, 0.5, seed=6)
    assert start.pretrained
    theirs, ours = (m.get_layer("backbone").get_weights() for m in (first, start.model))
    assert all((a == b).all() for a, b in zip(theirs, ours, strict=True))


@pytest.mark.parametrize(
    ("name", "backbone", "hint"),
    [
        ("nowhere.h5", "small-cnn", "must be one of: crackscope, imagenet, none, or a file"),
        ("imagenet", "small-cnn", "--weights none"),
        ("BROKEN", "small-cnn", "include_top=False"),
    ],
)
def test_weights_that_cannot_be_had_are_explained(tmp_path, name, backbone, hint):
    if name == "BROKEN":
        (tmp_path / "broken.weights.h5").write_bytes(b"not hdf5")
        name = str(tmp_path / "broken.weights.h5")
    with pytest.raises(UsageError, match=hint):
        weights.start(name, backbone, 32, 0.1, seed=0)


def test_imagenet_offline_says_where_to_put_the_file(monkeypatch, tmp_path):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(
        classifier, "build", lambda *a, **k: (_ for _ in ()).throw(Exception("URL fetch failure"))
    )
    with pytest.raises(UsageError, match="URL fetch failure") as caught:
        weights.start("imagenet", "mobilenetv2", 96, 0.1, seed=0)
    assert str(tmp_path) in str(caught.value)
    assert "--weights FILE" in str(caught.value)


def test_an_unknown_backbone_names_the_nearest():
    with pytest.raises(UnknownNameError, match="Did you mean 'mobilenetv2'"):
        classifier.build("mobilenet_v2", 32, 0.1, 0)


def test_what_is_saved_is_the_network_alone(tmp_path):
    model = classifier.build("small-cnn", 32, 0.5, seed=0)
    model.compile("adam", "binary_crossentropy")
    model.fit(PIXELS, np.array([[0.0], [1.0], [0.0]]), verbose=0)
    classifier.save(model, tmp_path / "model.keras")
    again = classifier.load(tmp_path / "model.keras")
    assert (again.predict_on_batch(PIXELS) == model.predict_on_batch(PIXELS)).all()
    assert (tmp_path / "model.keras").stat().st_size < 1.6 * 4 * model.count_params()


def test_rounded_kernels_have_13_significant_bits_and_all_else_stays():
    model = classifier.build("small-cnn", 32, 0.5, seed=3)
    before = {v.path: np.array(v) for v in model.variables}
    classifier.round_weights(model)
    once = {v.path: np.array(v) for v in model.variables}
    for name, values in once.items():
        if values.ndim > 1:
            assert not (values.view(np.uint32) & 0x7FF).any()
            assert np.allclose(values, before[name], rtol=2.0**-13, atol=0)
            assert (values != before[name]).any()
        else:
            assert (values == before[name]).all()
    classifier.round_weights(model)
    assert all((np.array(v) == once[v.path]).all() for v in model.variables)


def test_a_saved_model_is_compressed_and_the_same(tmp_path):
    model = classifier.build("small-cnn", 32, 0.5, seed=3)
    expected = model.predict_on_batch(PIXELS)
    classifier.save(model, tmp_path / "whole.keras")
    whole = (tmp_path / "whole.keras").stat().st_size
    classifier.round_weights(model)
    classifier.save(model, tmp_path / "model.keras")
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["model.keras", "whole.keras"]
    assert (tmp_path / "model.keras").stat().st_size < 0.85 * whole
    loaded = classifier.load(tmp_path / "model.keras")
    assert (loaded.predict_on_batch(PIXELS) == model.predict_on_batch(PIXELS)).all()
    assert np.abs(loaded.predict_on_batch(PIXELS) - expected).max() < 1e-4
