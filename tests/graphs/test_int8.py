import logging

import numpy as np
import pytest

pytestmark = pytest.mark.train
onnx_library = pytest.importorskip("onnx")

from crackscope.exporting import onnx, verify  # noqa: E402
from crackscope.graphs import int8  # noqa: E402
from crackscope.models import bundle  # noqa: E402
from crackscope.runtimes.onnx import CELLS, SIZE  # noqa: E402
from crackscope.synthesis import scene  # noqa: E402
from crackscope.training import quantise  # noqa: E402


def patches(first, count=4):
    seeds = range(first, first + count)
    return np.stack([scene.draw_patch(seed % 2, 227, seed).pixels for seed in seeds])


BATCHES = [patches(first) for first in range(0, 32, 4)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The graph of the packaged model, as far as int8 is made of it."""
    made = tmp_path_factory.mktemp("network")
    packaged = bundle.load(bundle.PACKAGED).file(bundle.ONNX)
    (made / bundle.ONNX).write_bytes(packaged.read_bytes())
    return made


@pytest.fixture(scope="module")
def written(folder):
    facts = quantise.write(folder, BATCHES)
    assert facts["kept"], facts
    return folder / bundle.INT8


def kinds(path):
    return [node.op_type for node in onnx_library.load(path).graph.node]


def test_the_first_convolutions_stay_in_float_and_the_others_do_not(folder, written):
    in_float = quantise.IN_FLOAT[0]
    total = kinds(folder / bundle.ONNX).count("Conv")
    assert kinds(written).count("Conv") == total
    graph = onnx_library.load(written).graph
    makers = {name: node.op_type for node in graph.node for name in node.output}
    small_ones = [
        makers.get(n.input[1]) == "DequantizeLinear" for n in graph.node if n.op_type == "Conv"
    ]
    assert small_ones == [False] * in_float + [True] * (total - in_float)
    assert written.stat().st_size < 0.4 * (folder / bundle.ONNX).stat().st_size


def test_clips_cost_nothing_where_integers_are(folder, written):
    """Between a convolution and its clip nothing is made float and small again."""
    nodes = onnx_library.load(written).graph.node
    makers = {name: node for node in nodes for name in node.output}
    clips = [node for node in nodes if node.op_type == "Clip"]
    assert clips
    assert len(clips) < kinds(folder / bundle.ONNX).count("Clip") / 4
    assert {makers[node.input[0]].op_type for node in clips} == {"Conv"}


def test_weights_leave_room_for_processors_that_add_in_16_bits(written):
    arrays = [
        onnx_library.numpy_helper.to_array(entry)
        for entry in onnx_library.load(written).graph.initializer
    ]
    kernels = [array for array in arrays if array.dtype == np.int8 and array.ndim == 4]
    assert kernels
    assert max(int(np.abs(kernel.astype(int)).max()) for kernel in kernels) <= 64


def test_scores_are_nearly_those_of_the_graph_that_it_was_made_of(folder, written):
    pixels = patches(100, 12)
    expected, found = (onnx.score(folder / name, pixels) for name in (bundle.ONNX, bundle.INT8))
    assert np.ptp(expected) > 0.3, "probes that all score alike would prove nothing"
    assert 1e-5 < np.abs(expected - found).max() < 0.15
    assert int8.difference(folder / bundle.ONNX, written, [pixels]) == pytest.approx(
        np.sqrt(np.mean((expected - found) ** 2)), rel=1e-4
    )


def test_it_runs_over_whole_photos_too(written):
    import onnxruntime

    session = onnxruntime.InferenceSession(written, providers=["CPUExecutionProvider"])
    block = verify.probes(160, count=1)
    size = np.array([160, 160], np.int64)
    (found,) = session.run([CELLS], {onnx.PIXELS: block, SIZE: size})
    assert found.shape[1:3] == (5, 5)


def test_nothing_is_printed_and_logging_stays_as_it_was(folder, tmp_path, capfd):
    root, before = logging.getLogger(), list(logging.getLogger().handlers)
    disabled = logging.root.manager.disable
    int8.write(folder / bundle.ONNX, tmp_path / "quiet.onnx", BATCHES[:2], in_float=6)
    assert capfd.readouterr() == ("", "")
    assert (root.handlers, logging.root.manager.disable) == (before, disabled)


def test_more_is_left_in_float_until_it_holds(folder, monkeypatch, tmp_path):
    (tmp_path / bundle.ONNX).write_bytes((folder / bundle.ONNX).read_bytes())
    answers = iter((0.2, quantise.LIMIT))
    monkeypatch.setattr(int8, "difference", lambda *_: next(answers))
    facts = quantise.write(tmp_path, BATCHES[:2])
    assert facts == {
        "kept": True,
        "rms_difference": quantise.LIMIT,
        "in_float": quantise.IN_FLOAT[1],
    }
    assert kinds(tmp_path / bundle.INT8).count("Conv") > 0


def test_one_that_does_not_hold_is_not_kept(folder, monkeypatch, tmp_path):
    (tmp_path / bundle.ONNX).write_bytes((folder / bundle.ONNX).read_bytes())
    monkeypatch.setattr(quantise, "IN_FLOAT", (6,))
    for found in (2 * quantise.LIMIT, np.nan):
        monkeypatch.setattr(int8, "difference", lambda *_, found=found: found)
        assert not quantise.write(tmp_path, BATCHES[:2])["kept"]
        assert not (tmp_path / bundle.INT8).exists()


def test_one_that_cannot_be_made_does_not_fail_the_training(folder, monkeypatch, tmp_path, caplog):
    """Nor does one stay that was made before it, and did not hold."""
    (tmp_path / bundle.ONNX).write_bytes((folder / bundle.ONNX).read_bytes())

    def broken(source, path, pictures, in_float):
        if in_float > quantise.IN_FLOAT[0]:
            raise RuntimeError("no such operator\nand more")
        path.write_bytes(b"did not hold")

    monkeypatch.setattr(int8, "write", broken)
    monkeypatch.setattr(int8, "difference", lambda *_: 2 * quantise.LIMIT)
    assert quantise.write(tmp_path, BATCHES) == {"kept": False}
    assert "no such operator" in caplog.text
    assert not (tmp_path / bundle.INT8).exists()


def test_the_pictures_it_is_tried_on_are_not_those_it_was_made_with(folder, monkeypatch, tmp_path):
    (tmp_path / bundle.ONNX).write_bytes((folder / bundle.ONNX).read_bytes())
    seen = {}
    original = int8.write

    def noted(source, path, pictures, in_float):
        seen["made"] = [id(batch) for batch in pictures]
        original(source, path, pictures, in_float)

    monkeypatch.setattr(int8, "write", noted)
    monkeypatch.setattr(
        int8, "difference", lambda _, __, tried: seen.update(tried=[id(b) for b in tried]) or 0.0
    )
    quantise.write(tmp_path, BATCHES)
    assert len(seen["tried"]) == 2
    assert not set(seen["tried"]) & set(seen["made"])
    assert len(seen["made"]) + len(seen["tried"]) == len(BATCHES)
