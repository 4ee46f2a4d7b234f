"""`inspect` in another runtime or precision: the same results, named in the report, never mixed."""

import json
import sys

import pytest

from crackscope.cli.main import run
from crackscope.commands.inspect.job import Job
from support_pictures import grey_photo

EXTRA = "needs the extra [openvino]"


@pytest.fixture
def site(tmp_path):
    for index in range(3):
        grey_photo(tmp_path / "site" / f"{index}.png", 80 * index, 200, 140)
    return tmp_path / "site"


def inspected(site, model, out, *flags):
    return run(["inspect", str(site), "--model", str(model), "--out", str(out), *flags])


def results(folder):
    return [json.loads(line) for line in (folder / "results.jsonl").read_text().splitlines()]


def computed_with(folder):
    return json.loads((folder / "settings.json").read_text())["settings"]["computed with"]


def test_openvino_gives_the_same_results_and_each_says_who_made_them(site, tiny_bundle, tmp_path):
    openvino = pytest.importorskip("openvino", reason=EXTRA)
    assert inspected(site, tiny_bundle, tmp_path / "a") == 0
    assert inspected(site, tiny_bundle, tmp_path / "b", "--runtime", "openvino") == 0
    for one, other in zip(results(tmp_path / "a"), results(tmp_path / "b"), strict=True):
        assert one["verdict"] == other["verdict"]
        assert one["score"] == pytest.approx(other["score"], abs=1e-6)
    assert computed_with(tmp_path / "a").startswith("ONNX Runtime ")
    said = computed_with(tmp_path / "b")
    assert said == f"OpenVINO {openvino.__version__.partition('-')[0]}, f32"
    assert said in (tmp_path / "b" / "report.html").read_text(encoding="utf-8")


def test_an_unfinished_run_does_not_go_on_in_another_runtime(
    site, tiny_bundle, tmp_path, monkeypatch, capsys
):
    pytest.importorskip("openvino", reason=EXTRA)
    out = tmp_path / "out"
    with monkeypatch.context() as patch:
        patch.setattr(Job, "inspect_rest", lambda *_: False)  # as after Ctrl-C
        assert inspected(site, tiny_bundle, out) == 130
    assert inspected(site, tiny_bundle, out, "--runtime", "openvino") == 2
    assert "other settings" in capsys.readouterr().err
    assert inspected(site, tiny_bundle, out) == 0
    made_from = json.loads((out / "run.json").read_text())["made_from"]
    assert (made_from["runtime"], made_from["precision"]) == ("onnx", "f32")


@pytest.mark.parametrize(
    ("flags", "text"),
    [
        (["--precision", "bf16"], "Use openvino for bf16"),
        (["--precision", "int8"], "the model has no model.int8.onnx"),
        (["--runtime", "openvino", "--device", "gpu"], "--device cpu"),
        (["--runtime", "openvino", "--precision", "int4"], "int8"),
        (["--runtime", "tensorrt"], "openvino"),
    ],
)
def test_what_cannot_be_computed_is_refused_before_anything_is_written(
    site, tiny_bundle, tmp_path, capsys, flags, text
):
    if "gpu" in flags:
        pytest.importorskip("openvino", reason=EXTRA)
    assert inspected(site, tiny_bundle, tmp_path / "out", *flags) == 2
    assert text in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_without_the_extra_the_line_that_installs_it_is_shown(
    site, tiny_bundle, tmp_path, monkeypatch, capsys
):
    monkeypatch.setitem(sys.modules, "openvino", None)
    assert inspected(site, tiny_bundle, tmp_path / "out", "--runtime", "openvino") == 2
    assert 'pip install "crackscope[openvino]"' in capsys.readouterr().err
