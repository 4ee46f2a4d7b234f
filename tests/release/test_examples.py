"""The examples run, on drawn pictures."""

import importlib.util
from pathlib import Path

import pytest

from support_pictures import grey_photo

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def example(tmp_path, monkeypatch):
    """Load one by name, in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def load(name):
        spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module.main

    return load


def test_worst_first(example, tiny_bundle, tmp_path, capsys):
    for value in (200, 40, 120):
        grey_photo(tmp_path / "photos" / f"{value}.png", value)
    example("worst_first")("photos", model=str(tiny_bundle))
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[:3]] == ["0.843", "0.529", "0.216"]
    assert "crack" in lines[0]
    assert "photos/40.png" in lines[0]


@pytest.mark.train
def test_evaluate_your_site(example, tiny_bundle, labelled_folder, capsys):
    example("evaluate_your_site")(str(labelled_folder), str(tiny_bundle), bootstrap=100)
    text = capsys.readouterr().out
    assert "auroc" in text
    assert "note: the model does not record its training data" in text


@pytest.mark.train
def test_train_your_own(example, labelled_folder, capsys):
    network = {"backbone": "small-cnn", "weights": "none", "image_size": 32, "epochs": 1}
    example("train_your_own")(str(labelled_folder), **network)
    assert "cracks found: " in capsys.readouterr().out
    assert Path("my-model/model/model.onnx").is_file()


def test_every_example_is_tested():
    tested = {name.removeprefix("test_") for name in globals() if name.startswith("test_")}
    assert {path.stem for path in EXAMPLES.glob("*.py")} <= tested
