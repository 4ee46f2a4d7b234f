"""Lines of whole photos: where they are computed, without seams between blocks."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from crackscope.grid import grid
from crackscope.images import large
from crackscope.inspection.cracks import TRACING, context
from crackscope.inspection.cracks import load as load_scorer
from crackscope.inspection.inspector import Inspector, load
from crackscope.lines.find import find_cracks
from crackscope.lines.score import ALL, Scorer
from crackscope.models.bundle import CRACKS, unsealed
from crackscope.models.parts import CELL
from crackscope.scoring import gate as gates
from crackscope.scoring import scoremap
from crackscope.scoring.gate import Gate
from crackscope.scoring.scored import LineMap, Scored
from crackscope.types import Crack, Photo, ScoreMap
from support_lines import WINDOW, cracked, write_bundle_with_lines

TALL, WIDE = 900, 1700


class Counted:
    """A runtime that counts the cells whose lines were requested."""

    def __init__(self, runtime: Any) -> None:
        self._runtime = runtime
        self.cells = 0

    def __call__(self, batch: np.ndarray) -> np.ndarray:
        return np.asarray(self._runtime(batch))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._runtime, name)

    def lines(self, pixels: Any, maps: Any, rows: tuple[int, int], columns: tuple[int, int]) -> Any:
        self.cells += (rows[1] - rows[0]) * (columns[1] - columns[0])
        return self._runtime.lines(pixels, maps, rows, columns)


@pytest.fixture(scope="module")
def scope(lines_bundle: Path) -> Inspector:
    return load(lines_bundle, "cpu", threads=1)


def changed(scope: Inspector, **settings: Any) -> Inspector:
    assert scope.mapper is not None
    return replace(scope, mapper=replace(scope.mapper, **settings))


def lines_of(scope: Inspector, pixels: np.ndarray) -> LineMap:
    found = scope.score(Photo("a", pixels)).lines
    assert found is not None
    return found


def cracks_of(scope: Inspector, pixels: np.ndarray) -> tuple[Crack, ...]:
    found = scope.inspect(pixels).cracks
    assert found is not None
    return found


def test_a_crack_is_one_line_where_it_runs(scope: Inspector) -> None:
    result = scope.inspect(cracked(TALL, WIDE))
    assert result.verdict == "crack"
    assert result.cracks is not None
    assert result.regions == ()
    (crack,) = result.cracks
    assert result.score < crack.score  # for it could be anywhere in a photo of this size
    assert len(crack.lines) == 1
    points = crack.lines[0]
    x, y = points[:, 0], points[:, 1]
    middle = TALL / 2 + TALL / 4 * np.sin((x - 0.5) / 90.0) + 0.1 * (x - 0.5 - WIDE / 2)
    slope = TALL / 360 * np.cos((x - 0.5) / 90.0) + 0.1
    assert np.percentile(np.abs(y - middle) / np.hypot(1, slope), 95) < 1.0
    assert x.min() < 5
    assert x.max() > WIDE - 5


@pytest.mark.parametrize("block", [8, 13, 24])
def test_a_photo_over_several_blocks_gives_the_lines_of_one_pass(
    scope: Inspector, block: int
) -> None:
    pixels = cracked(TALL, WIDE)
    (whole,) = cracks_of(changed(scope, block=10_000), pixels)
    (parts,) = cracks_of(changed(scope, block=block, threads=2), pixels)
    assert len(whole.lines) == len(parts.lines) == 1
    for one, other in ((whole, parts), (parts, whole)):
        apart = one.lines[0][:, None, :2] - other.lines[0][None, :, :2]
        assert np.hypot(*apart.T).min(axis=0).max() <= 0.5
    assert parts.length_px == pytest.approx(whole.length_px, rel=1e-3)


def test_the_map_does_not_depend_on_blocks_nor_on_what_is_decoded_together(
    scope: Inspector, monkeypatch: pytest.MonkeyPatch
) -> None:
    pixels = cracked(TALL, WIDE)
    maps = [lines_of(changed(scope, block=block, gate=gates.ALWAYS), pixels) for block in (9999, 8)]
    monkeypatch.setattr(gates, "_MOST", 1)
    maps.append(lines_of(changed(scope, block=16, gate=gates.ALWAYS), pixels))
    rows, columns = maps[0].shape
    assert (rows % 16, columns % 16) == (0, 0)
    assert len(maps[0].tiles) == -(-rows // 128) * -(-columns // 128)
    for found in maps[1:]:
        assert found.tiles.keys() == maps[0].tiles.keys()
        for place, tile in found.tiles.items():
            expected = maps[0].tiles[place]
            # pixels are rounded after they are resized: by one, here and there
            np.testing.assert_allclose(tile.logits, expected.logits, rtol=0, atol=0.2)
            assert np.abs(tile.grey.astype(int) - expected.grey).max() <= 1


def test_where_it_is_asked_for_the_cracks_are_those_of_all_of_the_photo(scope: Inspector) -> None:
    pixels = cracked(TALL, WIDE)
    (asked,), (everywhere,) = (
        cracks_of(scope, pixels),
        cracks_of(changed(scope, gate=gates.ALWAYS), pixels),
    )
    np.testing.assert_allclose(asked.lines[0], everywhere.lines[0], atol=0.02)
    some, all_ = (
        len(lines_of(each, pixels).tiles) for each in (scope, changed(scope, gate=gates.ALWAYS))
    )
    assert 0 < some < 0.9 * all_


def test_without_the_gate_there_are_no_cracks(scope: Inspector) -> None:
    never = changed(scope, gate=Gate(np.inf, 2.0))
    for pixels in (cracked(TALL, WIDE), cracked(WINDOW, WINDOW)):
        assert cracks_of(never, pixels) == ()
        assert len(cracks_of(scope, pixels)) == 1
    assert never.inspect(cracked(TALL, WIDE)).verdict == "no crack"


def test_a_sound_photo_is_never_decoded(scope: Inspector) -> None:
    counted = Counted(scope.runtime)
    watched = replace(changed(scope, network=counted), runtime=counted)
    result = watched.inspect(cracked(TALL, WIDE, crack=False))
    assert (result.verdict, result.cracks, counted.cells) == ("no crack", (), 0)
    assert result.score is not None
    assert 0.0 <= result.score < watched.bundle.thresholds.lower
    watched.inspect(cracked(TALL, WIDE))
    assert counted.cells > 0


def test_a_patch_keeps_its_score_and_is_decoded_where_that_is_high(scope: Inspector) -> None:
    counted = Counted(scope.runtime)
    watched = replace(changed(scope, network=counted), runtime=counted)
    pixels = [cracked(WINDOW, WINDOW + 9), cracked(WINDOW, WINDOW, crack=False)]
    results = [watched.inspect(each) for each in pixels]
    assert counted.cells == 9
    for each, result in zip(pixels, results, strict=True):
        assert result.score == pytest.approx(float(scope.runtime(each[None])[0]), abs=1e-6)
    assert [result.verdict for result in results] == ["crack", "no crack"]
    assert [len(result.cracks or ()) for result in results] == [1, 0]
    points = (results[0].cracks or ())[0].lines[0]
    assert points[:, 0].max() == pytest.approx(WINDOW + 9, abs=6)
    assert watched.score_photos([Photo("a", each) for each in pixels]) == [
        result.score for result in results
    ]
    assert counted.cells == 9  # the score of a patch asks for no lines


def test_photos_score_in_evaluations_as_they_do_in_inspect(scope: Inspector) -> None:
    photos = [Photo("a", cracked(TALL, WIDE, crack=crack)) for crack in (True, False)]
    assert scope.score_photos(photos) == [scope.inspect(photo).score for photo in photos]


@pytest.mark.parametrize("kind", ["tiff", "png"])
def test_a_photo_in_parts_has_the_cracks_of_the_whole(
    scope: Inspector, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / f"a.{kind}"
    Image.fromarray(cracked(TALL, WIDE)).save(file)
    whole = scope.inspect(file)
    monkeypatch.setattr(large, "WHOLE_MEGAPIXELS", 0.1)
    monkeypatch.setattr(scoremap, "_PIXELS_AT_ONCE", 10**6)
    parts = changed(scope, block=16).inspect(file)
    assert len(parts.cracks or ()) == 1
    assert [crack.lines[0].shape for crack in parts.cracks or ()] != []
    ours, theirs = ((result.cracks or ())[0] for result in (parts, whole))
    assert ours.length_px == pytest.approx(theirs.length_px, rel=1e-3)


def test_grey_pixels_are_those_that_the_network_saw(scope: Inspector) -> None:
    pixels = np.zeros((TALL, WIDE, 3), np.uint8)
    pixels[:] = (200, 100, 50)
    found = lines_of(changed(scope, gate=gates.ALWAYS), pixels)
    assert {int(grey) for tile in found.tiles.values() for grey in np.unique(tile.grey)} == {124}
    for tile in found.tiles.values():
        assert tile.grey.shape == tuple(2 * places for places in tile.logits.shape)


@pytest.mark.parametrize("runtime", ["onnx", "openvino"])
def test_every_runtime_finds_the_same_cracks(lines_bundle: Path, runtime: Any) -> None:
    pytest.importorskip("onnxruntime" if runtime == "onnx" else runtime)
    (expected,) = cracks_of(load(lines_bundle, "cpu", threads=1), cracked(TALL, WIDE))
    (found,) = cracks_of(load(lines_bundle, "cpu", runtime=runtime), cracked(TALL, WIDE))
    np.testing.assert_allclose(found.lines[0], expected.lines[0], atol=0.1)


_SCRIPT = """
import sys
import numpy as np
from crackscope.inspection.inspector import load
pixels = np.load(sys.argv[2])
assert len(load(sys.argv[1], "cpu").inspect(pixels).cracks) == 1
sys.exit("onnx" in sys.modules)
"""


def test_the_plain_install_needs_no_onnx(tmp_path: Path) -> None:
    """The bundle already holds its partitioned graph."""
    model = write_bundle_with_lines(tmp_path / "model")
    np.save(tmp_path / "a.npy", cracked(TALL, WIDE))
    arguments = [str(model), str(tmp_path / "a.npy")]
    subprocess.run([sys.executable, "-c", _SCRIPT, *arguments], check=True, timeout=120)


def test_tiles_of_a_row_are_decoded_together_as_far_as_they_fit() -> None:
    asking = np.zeros((26, 60), bool)
    asking[9, 9:50] = True  # rows of the photo from 4 on, columns from 12 on
    found = list(gates.runs(asking, (4, 12), (8, 30), (16, 72)))
    # the row of cells 13; a cell asks one tile around it, too
    assert found == [((8, 16), (16, 48)), ((8, 16), (48, 64))]
    asking[:] = False
    asking[11, 3] = True  # row 15, column 15: next to the corners of four tiles
    found = list(gates.runs(asking, (4, 12), (8, 30), (16, 72)))
    assert found == [((8, 16), (16, 24)), ((16, 24), (16, 24))]


def saying(scope: Inspector, **facts: Any) -> Inspector:
    """With other facts in model.json."""
    bundle = replace(scope.bundle, info={**scope.bundle.info, **facts})
    return replace(scope, bundle=bundle)


@pytest.mark.parametrize(("logit", "expected"), [(-1.0, "other"), (1.0, "concrete")])
def test_the_network_tells_the_material_of_most_windows(
    scope: Inspector, logit: float, expected: str
) -> None:
    assert scope.mapper is not None
    telling = replace(scope.mapper.pooling, material=np.array([0.0, logit], np.float32))
    knowing = changed(scope, pooling=telling)
    photo = cracked(300, 400)
    assert saying(knowing, concrete={"limit": 0.0}).inspect(photo).material == expected
    assert knowing.inspect(photo).material is None, "the model does not say where its limit is"
    assert saying(scope, concrete={"limit": 0.0}).inspect(photo).material is None


@pytest.mark.parametrize(("threads", "blocks"), [(1, 1), (3, 3), (8, 4)])
def test_up_to_four_blocks_of_a_photo_share_the_threads(
    lines_bundle: Path, threads: int, blocks: int
) -> None:
    mapper = load(lines_bundle, "cpu", threads=threads).mapper
    assert mapper is not None
    assert mapper.threads == blocks


def test_cracks_have_thresholds_of_their_own(scope: Inspector) -> None:
    """0.3 and 0.6 are those of windows."""
    own = saying(scope, cracks={"lower": 0.9998, "upper": 0.9999})
    whole, window = cracked(TALL, WIDE), cracked(WINDOW, WINDOW)
    assert scope.inspect(whole).verdict == "crack"
    found = own.inspect(whole)
    assert (found.verdict, found.cracks, found.threshold) == ("no crack", (), 0.9999)
    assert own.inspect(window).threshold == 0.6
    assert own.inspect(window).verdict == scope.inspect(window).verdict
    two = Photo("a", cracked(WINDOW, WINDOW + CELL))
    assert own.score(two).windows.scores.size == 2
    assert own.inspect(two.pixels).threshold == 0.9999


def test_cracks_are_scored_as_the_bundle_says(tmp_path: Path) -> None:
    """By the bias alone here: all of them the same."""
    assert load_scorer(unsealed(tmp_path)) is None
    nothing = np.zeros(len(ALL))
    np.savez(tmp_path / CRACKS, **Scorer(nothing, nothing + 1, nothing, 2.0).to_arrays())
    found = load_scorer(unsealed(tmp_path))
    assert found is not None
    np.testing.assert_allclose(found.probabilities(np.ones((2, len(ALL)))), 1 / (1 + np.exp(-2)))


def test_beside_a_crack_stands_what_the_windows_along_it_say_of_concrete(scope: Inspector) -> None:
    scored = scope.score(Photo("a", cracked(300, 400)))
    assert scored.lines is not None
    traced = find_cracks(scored.lines, TRACING)
    assert traced
    for said, expected in ((None, 0.0), (np.full_like(scored.windows.scores, 2.5), 2.5)):
        around = context(replace(scored, concrete=said), traced)
        assert around.shape == (len(traced), 2)
        assert (around[:, 1] == expected).all()


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ([(250.0, 50.0, 120.0)], 2.0),
        ([(20.0, 180.0, 2.0)], 3.0),
        ([(150.0, 199.0, 2.0), (101.0, 20.0, 2.0)], 2.5),
        ([(0.5, 0.5, 2.0), (299.5, 199.5, 9.0), (299.5, 0.5, 9.0)], 7 / 3),
    ],
)
def test_a_crack_stands_in_the_windows_that_its_points_lie_in(
    points: list[tuple[float, ...]], expected: float
) -> None:
    windows = ScoreMap.of_tiles(grid(300, 200, 100), np.linspace(0.1, 0.6, 6))
    concrete = np.arange(6.0).reshape(2, 3)
    traced = SimpleNamespace(branches=[SimpleNamespace(points=np.array(points))])
    around = context(Scored(windows, concrete), [traced])  # type: ignore[list-item]
    assert around[0, 1] == pytest.approx(expected)
    if len(points) == 1:
        chance = 0.1 + expected / 10
        assert around[0, 0] == pytest.approx(np.log(chance / (1 - chance)))
