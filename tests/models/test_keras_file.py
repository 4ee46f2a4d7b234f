"""What is written for Keras is read by the oldest version declared; what is read runs no code."""

import json
import shutil
import tomllib
import zipfile
from pathlib import Path

import numpy as np
import pytest

from crackscope.errors import BundleError, UsageError
from crackscope.exporting import FORMATS, h5, verify
from crackscope.models import bundle as bundles
from crackscope.models import keras_config, keras_file, weights

pytestmark = pytest.mark.train
keras = pytest.importorskip("keras")
h5py = pytest.importorskip("h5py")

from crackscope.models import classifier  # noqa: E402

NEWER = ("input_axes", "output_axes", "quantization_config", "renorm")
"""Keys that Keras has added since 3.10."""


@pytest.fixture(scope="module")
def model():
    return classifier.build("small-cnn", 64, dropout=0.3, seed=1)


@pytest.fixture(scope="module")
def written(model, tmp_path_factory):
    path = tmp_path_factory.mktemp("keras") / "model.keras"
    classifier.save(model, path)
    return path


def config_of(path):
    with zipfile.ZipFile(path) as archive:
        return json.loads(archive.read(keras_file.CONFIG))


def test_the_oldest_version_is_the_one_that_is_declared():
    project = Path(__file__).parents[2] / "pyproject.toml"
    extras = tomllib.loads(project.read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    assert f"keras>={keras_config.OLDEST},<4" in extras["train"]


def test_no_key_of_a_newer_keras_is_written(model, written):
    text = json.dumps(config_of(written))
    assert not [key for key in NEWER if f'"{key}' in text]
    pixels = verify.probes(64)
    expected = model.predict_on_batch(pixels)
    np.testing.assert_array_equal(classifier.load(written).predict_on_batch(pixels), expected)


def test_a_file_of_keras_is_written_anew(model, tmp_path):
    loose, path = tmp_path / "loose.keras", tmp_path / "model.keras"
    model.save(loose)
    keras_file.repack(loose, path)
    assert config_of(path) == keras_config.plain(config_of(loose))
    pixels = verify.probes(64)
    expected = model.predict_on_batch(pixels)
    np.testing.assert_array_equal(classifier.load(path).predict_on_batch(pixels), expected)


def test_the_packaged_model_is_read_by_the_oldest_version():
    config = config_of(bundles.load().file(bundles.KERAS))
    assert keras_config.plain(config) == config


def test_what_is_not_a_default_stays():
    layer = keras.layers.Dense(3, use_bias=False, activation="relu", name="d")
    made = keras_config.plain(keras.saving.serialize_keras_object(layer))
    again = keras.saving.deserialize_keras_object(made)
    assert again.get_config() == layer.get_config()
    assert "use_bias" in made["config"]
    assert "kernel_constraint" not in made["config"]


def test_exported_h5_is_plain_and_loud(model, tmp_path):
    path = tmp_path / "model.h5"
    h5.write(model, path)
    with h5py.File(path) as file:
        text = file.attrs["model_config"]
    text = text.decode() if isinstance(text, bytes) else text
    assert not [key for key in NEWER if f'"{key}' in text]
    read = keras.saving.load_model(path, compile=False)
    pixels = verify.probes(64).astype(np.float32)
    assert np.isfinite(read.predict_on_batch(pixels)).all()
    for wrong in (pixels / 255, pixels / 127.5 - 1, pixels - pixels.mean(), pixels * 257):
        assert np.isnan(read.predict_on_batch(wrong.astype(np.float32))).all()


@pytest.mark.parametrize(
    "layer",
    [
        {"class_name": "Lambda", "module": "keras.layers"},
        {"class_name": "TFSMLayer", "module": "keras.layers"},
        {"class_name": "function", "module": "builtins", "config": "eval"},
        {"class_name": "function", "module": "keras.utils", "config": "get_file"},
        {"class_name": "enable_unsafe_deserialization", "module": "keras.config"},
        {"class_name": "system", "module": "os"},
        {"class_name": "__lambda__", "config": {}},
        {"class_name": "Dense"},
        {"class_name": "Dense", "module": "keras.layers", "registered_name": "mine>Dense"},
        {"class_name": ["Dense"], "module": "keras.layers"},
    ],
    ids=str,
)
def test_what_could_run_code_is_not_even_built(layer, written, tmp_path):
    path = tmp_path / "model.keras"
    config = config_of(written)
    config["config"]["layers"].append(layer)
    _write(path, written, {keras_file.CONFIG: json.dumps(config)})
    with pytest.raises(BundleError, match="run no code from the file"):
        classifier.load(path)


def _write(path, source, changed):
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, changed.get(name, old.read(name)))
        for name in set(changed) - set(old.namelist()):
            new.writestr(name, changed[name])


@pytest.mark.parametrize(
    "changed",
    [
        {keras_file.CONFIG: "[" * 100_000},
        {keras_file.CONFIG: "[]"},
        {keras_file.CONFIG: "{}"},
        {keras_file.WEIGHTS: b"junk"},
        {"assets/a.txt": b"a"},
        {"../outside.txt": b"a"},
    ],
    ids=lambda changed: repr(changed)[:40],
)
def test_a_damaged_keras_file_is_named(changed, written, tmp_path):
    path = tmp_path / "model.keras"
    _write(path, written, changed)
    with pytest.raises(BundleError, match="cannot be read as a Keras model"):
        classifier.load(path)


def _external(file):
    file.create_dataset("a", (4,), "u1", external=[("/etc/hostname", 0, 4)])


def _link(file):
    file["a"] = h5py.ExternalLink("/tmp/other.h5", "/a")


def _huge(file):
    file.create_dataset("a", (2**40,), "f4", chunks=(1024,))


@pytest.mark.parametrize("harm", [_external, _link, _huge, None])
@pytest.mark.parametrize("suffix", [".h5", ".keras"])
def test_hostile_weights_are_refused(suffix, harm, written, tmp_path):
    inside, path = tmp_path / "inside.h5", tmp_path / f"weights{suffix}"
    if harm is None:
        inside.write_bytes(b"junk")
    else:
        with h5py.File(inside, "w") as file:
            harm(file)
    if suffix == ".keras":
        _write(path, written, {keras_file.WEIGHTS: inside.read_bytes()})
    else:
        shutil.copy(inside, path)
    with pytest.raises(UsageError, match=r"weights|stored|link|valid"):
        weights.start(str(path), "small-cnn", 64, 0.2, 0)


def test_the_command_says_what_reads_an_h5_file_and_what_it_takes():
    assert "Keras 3.10 or newer" in h5.NOTES
    assert "0 to 255" in h5.NOTES
    assert FORMATS.get("h5").notes == h5.NOTES
