"""The contract of a runtime, over the whole registry: the same scores, whoever computes them."""

import shutil
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from crackscope.errors import BundleError, UsageError
from crackscope.inspection.inspector import load
from crackscope.models import bundle
from crackscope.runtimes import RUNTIMES
from crackscope.runtimes.onnx import OnnxRuntime
from crackscope.synthesis import scene
from crackscope.types import Photo
from support_lines import cracked

EXTRAS = {"keras": "train", "openvino": "openvino"}
PARITY = 1e-5
GENERATOR = np.random.default_rng(0)
WINDOWS = GENERATOR.integers(0, 256, (21, 64, 64, 3)).astype(np.uint8)


def named(name):
    """A runtime's name, for a test that runs where its extra is installed."""
    marks = [pytest.mark.train] if EXTRAS.get(name) == "train" else []
    return pytest.param(name, marks=marks)


every_one = pytest.mark.parametrize("name", [named(name) for name in RUNTIMES.names()])
readers_of_onnx = pytest.mark.parametrize("name", [n for n in RUNTIMES.names() if n != "keras"])


def start(name, folder, *settings):
    if name in EXTRAS:
        pytest.importorskip(name, reason=f"needs the extra [{EXTRAS[name]}]")
    return RUNTIMES.get(name)(bundle.load(folder), *settings)


@every_one
def test_the_model_in_the_package_scores_alike(name):
    packaged = bundle.load(bundle.PACKAGED)
    golden = packaged.arrays(bundle.GOLDEN)
    runtime = start(name, bundle.PACKAGED, "cpu")
    np.testing.assert_allclose(runtime(golden["pixels"]), golden["scores"], rtol=0, atol=PARITY)
    side = packaged.input.window
    drawn = np.stack([scene.draw_patch(seed % 2, side, seed).pixels for seed in range(12)])
    expected = OnnxRuntime(packaged)(drawn)
    assert np.ptp(expected) > 0.5, "inputs that all score alike would prove nothing"
    np.testing.assert_allclose(runtime(drawn), expected, rtol=0, atol=PARITY)


@every_one
def test_no_runtime_computes_in_another_precision_than_it_says(name):
    assert start(name, bundle.PACKAGED, "cpu").description.endswith(", f32")
    try:
        runtime = start(name, bundle.PACKAGED, "cpu", 1, "bf16")
    except UsageError as error:
        assert "f32" in str(error)  # noqa: PT017
    else:
        assert runtime.description.endswith(", bf16")


@readers_of_onnx
def test_int8_scores_nearly_as_f32_does_for_windows_and_for_photos(name):
    """The same model, the same thresholds: a score may move a little, a verdict hardly ever."""
    packaged = bundle.load(bundle.PACKAGED)
    side, limits = packaged.input.window, packaged.thresholds
    drawn = np.stack([scene.draw_patch(seed % 2, side, seed).pixels for seed in range(60)])
    runtimes = [start(name, bundle.PACKAGED, "cpu", 1, precision) for precision in ("f32", "int8")]
    assert runtimes[1].description.endswith(", int8")
    f32, int8 = (runtime(drawn) for runtime in runtimes)
    assert np.ptp(f32) > 0.5, "inputs that all score alike would prove nothing"
    assert 1e-5 < np.sqrt(np.mean(np.square(f32 - int8))) < 0.05
    assert np.sum((f32 >= limits.upper) != (int8 >= limits.upper)) <= 2
    scopes = [load(runtime=name, precision=precision) for precision in ("f32", "int8")]
    pixels = scene.draw_photo("cracked", 600, 800, 3).pixels
    maps = [scope.score_map(Photo("drawn", pixels)).scores for scope in scopes]
    assert np.sqrt(np.mean(np.square(maps[0] - maps[1]))) < 0.05
    assert [scope.inspect(pixels).verdict for scope in scopes] == ["crack", "crack"]


@readers_of_onnx
def test_a_model_without_an_int8_form_says_so(name, tiny_bundle):
    with pytest.raises(UsageError, match=f"has no {bundle.INT8}"):
        start(name, tiny_bundle, "cpu", 1, "int8")


@readers_of_onnx
def test_a_graph_that_cannot_be_run_is_named(name, tiny_bundle, tmp_path):
    folder = shutil.copytree(tiny_bundle, tmp_path / "broken")
    (folder / bundle.INT8).write_bytes(b"no graph")
    bundle.seal(folder)
    with pytest.raises(BundleError, match=f"{bundle.INT8} cannot be run"):
        start(name, folder, "cpu", 1, "int8")


@readers_of_onnx
def test_int8_is_for_processors(name):
    with pytest.raises(UsageError, match="device cpu"):
        start(name, bundle.PACKAGED, "gpu", 1, "int8")


@readers_of_onnx
def test_scores_are_probabilities_in_float64(name, tiny_bundle):
    scores = start(name, tiny_bundle)(WINDOWS)
    assert (scores.dtype, scores.shape) == (np.float64, (len(WINDOWS),))
    np.testing.assert_allclose(scores, 1 - WINDOWS.mean(axis=(1, 2, 3)) / 255, atol=1e-6)


@readers_of_onnx
@pytest.mark.parametrize("threads", [1, 2])
def test_a_window_scores_the_same_whatever_its_batch(name, tiny_bundle, threads):
    runtime = start(name, tiny_bundle, "cpu", threads)
    alone = np.concatenate([runtime(WINDOWS[i : i + 1]) for i in range(len(WINDOWS))])
    for size in (2, 3, 8, 21):
        parts = [runtime(WINDOWS[i : i + size]) for i in range(0, len(WINDOWS), size)]
        np.testing.assert_allclose(np.concatenate(parts), alone, rtol=0, atol=1e-6)


@readers_of_onnx
def test_threads_may_share_one_runtime(name, convolutional_bundle):
    """Each with pictures, and sizes, of its own: nobody gets what another has computed."""
    runtime = start(name, convolutional_bundle)
    pictures = [WINDOWS[n : n + 3, : 40 + n] for n in range(12)]
    expected = [runtime(batch) for batch in pictures]
    cells = [runtime.maps(batch[0, :40]).cells for batch in pictures]
    with ThreadPoolExecutor(8) as pool:
        for _ in range(5):
            for found, wanted in zip(pool.map(runtime, pictures), expected, strict=True):
                np.testing.assert_array_equal(found, wanted)
            blocks = pool.map(runtime.maps, [batch[0, :40] for batch in pictures])
            for maps, wanted in zip(blocks, cells, strict=True):
                np.testing.assert_array_equal(maps.cells, wanted)


@every_one
def test_once_loaded_it_needs_its_files_no_more(name, tmp_path):
    """A worker of a cluster has them for as long as it loads them."""
    folder = shutil.copytree(bundle.load().folder, tmp_path / "model")
    runtime = start(name, folder, "cpu")
    shutil.rmtree(folder)
    side = bundle.load(bundle.PACKAGED).input.window
    pixels = scene.draw_photo("cracked", 448, 672, 0).pixels
    assert runtime(pixels[None, :side, :side]).shape == (1,)
    if name != "keras":
        assert runtime.maps(pixels).cells.shape[:2] == (14, 21)


@readers_of_onnx
def test_cells_are_those_of_onnx_runtime_whatever_the_block(name, convolutional_bundle):
    runtime = start(name, convolutional_bundle)
    reference = OnnxRuntime(bundle.load(convolutional_bundle))
    for height, width in ((32, 32), (64, 40), (8, 200), (328, 96)):
        block = GENERATOR.integers(0, 256, (height, width, 3)).astype(np.uint8)
        cells = runtime.maps(block).cells
        assert (cells.dtype, cells.shape) == (np.float32, (height // 8, width // 8, 3))
        np.testing.assert_allclose(cells, reference.maps(block).cells, rtol=0, atol=1e-6)
        np.testing.assert_allclose(runtime(WINDOWS), reference(WINDOWS), rtol=0, atol=1e-6)


@readers_of_onnx
def test_lines_of_some_cells_are_those_of_all(name, lines_bundle):
    """At the borders of the block, inside, and of a single cell."""
    runtime, reference = (start(each, lines_bundle, "cpu") for each in (name, "onnx"))
    pixels = cracked(10 * 32, 14 * 32)
    whole = reference.lines(pixels, reference.maps(pixels), (0, 10), (0, 14))
    assert whole.shape == (160, 224)
    assert whole.max() > 2
    maps = runtime.maps(pixels)
    for rows, columns in (
        ((0, 10), (0, 14)),
        ((0, 3), (11, 14)),
        ((3, 7), (4, 9)),
        ((5, 6), (7, 8)),
    ):
        found = runtime.lines(pixels, maps, rows, columns)
        places = tuple(slice(16 * a, 16 * b) for a, b in (rows, columns))
        assert (found.dtype, found.shape) == (np.float32, whole[places].shape)
        np.testing.assert_allclose(found, whole[places], rtol=0, atol=1e-4)


@readers_of_onnx
def test_lines_need_no_files_once_it_is_loaded(name, lines_bundle, tmp_path):
    folder = shutil.copytree(lines_bundle, tmp_path / "model")
    runtime = start(name, folder, "cpu")
    shutil.rmtree(folder)
    pixels = cracked(160, 160)
    assert runtime.lines(pixels, runtime.maps(pixels), (1, 4), (0, 5)).max() > 2


@readers_of_onnx
def test_threads_may_share_the_decoder(name, lines_bundle):
    runtime = start(name, lines_bundle, "cpu")
    pictures = [cracked(160, 32 * count, seed=count) for count in range(5, 11)]

    def lines(pixels):
        return runtime.lines(pixels, runtime.maps(pixels), (1, 4), (1, 4))

    expected = [lines(pixels) for pixels in pictures]
    with ThreadPoolExecutor(6) as pool:
        for _ in range(5):
            for found, wanted in zip(pool.map(lines, pictures), expected, strict=True):
                np.testing.assert_array_equal(found, wanted)


@readers_of_onnx
def test_a_model_without_lines_says_so(name, convolutional_bundle):
    runtime = start(name, convolutional_bundle, "cpu")
    pixels = GENERATOR.integers(0, 256, (64, 64, 3)).astype(np.uint8)
    maps = runtime.maps(pixels)
    assert maps.levels == {}
    with pytest.raises((UsageError, KeyError)):
        runtime.lines(pixels, maps, (0, 1), (0, 1))


@readers_of_onnx
def test_a_photo_has_the_same_map_and_the_same_result(name, convolutional_bundle, tiny_bundle):
    if name in EXTRAS:
        pytest.importorskip(name)
    pixels = GENERATOR.integers(0, 256, (300, 500, 3)).astype(np.uint8)
    pixels[100:180] //= 4
    for folder in (convolutional_bundle, tiny_bundle):
        found, expected = (load(folder, runtime=each) for each in (name, "onnx"))
        maps = [scope.score_map(Photo("drawn", pixels)).scores for scope in (found, expected)]
        np.testing.assert_allclose(*maps, rtol=0, atol=1e-6)
        assert found.inspect(pixels).verdict == expected.inspect(pixels).verdict == "crack"


@readers_of_onnx
def test_pixels_that_are_read_only_or_a_part_of_others_do(name, tiny_bundle):
    runtime = start(name, tiny_bundle)
    part = WINDOWS[::2, 3:40, ::-1]
    expected = runtime(np.ascontiguousarray(part))
    np.testing.assert_array_equal(runtime(part), expected)
    fixed = np.ascontiguousarray(part)
    fixed.flags.writeable = False
    np.testing.assert_array_equal(runtime(fixed), expected)


@pytest.mark.train
def test_keras_says_that_it_has_no_maps():
    with pytest.raises(UsageError, match="onnx or openvino"):
        start("keras", bundle.PACKAGED).maps(WINDOWS[0])


def test_an_unknown_runtime_is_named():
    with pytest.raises(UsageError, match="Did you mean 'openvino'"):
        load(runtime="openvin")
