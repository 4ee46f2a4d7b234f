import io

import numpy as np
import pytest
from PIL import Image, ImageDraw

from crackscope.grid import grid
from crackscope.inspection.regions import find_regions
from crackscope.rendering import colour, overlay
from crackscope.types import Box, Photo, PhotoResult, Region, ScoreMap
from support_text import places_of

FONT = 12
"""Pixels of the font on a picture of up to 768 px."""
SIZES = [(32, 32), (227, 227), (33, 3000), (3000, 33), (2048, 2048), (2500, 1500), (640, 480)]


def scored(width: int, height: int, hot: float = 0.9) -> tuple[Photo, ScoreMap, PhotoResult]:
    pixels = np.full((height, width, 3), 180, np.uint8)
    tiles = grid(width, height, 227)
    scores = np.zeros(len(tiles))
    scores[-1] = hot
    found = ScoreMap.of_tiles(tiles, scores)
    regions = find_regions(found, 0.5)
    result = PhotoResult("a", "m", 0.1, "crack", hot, 0.5, width, height, regions)
    return Photo("a", pixels), found, result


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_an_overlay_is_a_jpeg_of_at_most_2048_px(width: int, height: int) -> None:
    picture = Image.open(io.BytesIO(overlay.render(*scored(width, height))))
    assert picture.format == "JPEG"
    assert max(picture.size) <= 2048
    assert min(picture.size) >= 24


@pytest.mark.parametrize(
    ("photo", "size"),
    [
        ((4000, 3000), (2000, 1500)),
        ((4032, 3024), (2016, 1512)),
        ((6000, 4001), (2000, 1333)),
        ((3000, 2000), (2048, 1365)),  # a half would be far smaller than it may be
        ((2048, 1000), (2048, 1000)),
    ],
)
def test_a_large_photo_is_drawn_at_a_whole_fraction(
    photo: tuple[int, int], size: tuple[int, int]
) -> None:
    height, width = overlay.draw(*scored(*photo)).shape[:2]
    strip = 2 * (min(2048, max(photo)) // 64)
    assert (width, height - strip) == size


@pytest.mark.parametrize(("width", "height"), [(32, 32), (227, 227), (640, 480), (4000, 3000)])
def test_the_mark_at_the_threshold_is_named(
    monkeypatch: pytest.MonkeyPatch, width: int, height: int
) -> None:
    written: list[tuple[str, float, float]] = []
    text = ImageDraw.ImageDraw.text

    def noted(pen, at, words, *args, font, **named):
        written.append((words, at[0], at[0] + font.getlength(words)))
        text(pen, at, words, *args, font=font, **named)

    monkeypatch.setattr(ImageDraw.ImageDraw, "text", noted)
    for heat_map, wanted in ((True, "| threshold 0.500"), (False, "")):
        written.clear()
        picture = overlay.draw(*scored(width, height), heat_map=heat_map)
        (legend,) = (one for one in written if one[0].startswith("crack"))
        assert ("threshold" in legend[0]) == heat_map
        assert wanted in legend[0]
        zero = next((start for words, start, _ in written if words == "0"), picture.shape[1])
        assert legend[2] <= zero - 4, "it does not run into the scale"


def test_a_half_is_the_mean_of_four_pixels() -> None:
    _, found, result = scored(4000, 3000, hot=0.0)
    pixels = np.random.default_rng(0).integers(0, 256, (3000, 4000, 3)).astype(np.uint8)
    picture = overlay.draw(Photo("a", pixels), found, result)[:1500]
    mean = pixels.reshape(1500, 2, 2000, 2, 3).mean(axis=(1, 3))
    assert np.abs(picture[:, :1900] - mean[:, :1900]).max() <= 1  # right of it, a region's number


def test_a_full_overlay_has_the_pixels_of_the_photo() -> None:
    photo, found, result = scored(3000, 2500)
    full = overlay.draw(photo, found, result, overlay.LARGEST)
    assert full.shape == (2500 + 2 * (3000 // 64), 3000, 3)
    np.testing.assert_array_equal(full[10:2000, 10:2000], photo.pixels[10:2000, 10:2000])


def test_a_reduced_copy_is_not_enlarged() -> None:
    photo, found, result = scored(9000, 6000)
    reduced = Photo("a", np.ascontiguousarray(photo.pixels[::3, ::3]))
    assert overlay.draw(reduced, found, result, overlay.LARGEST).shape[1] == 3000


def test_the_photo_is_not_drawn_on() -> None:
    photo, found, result = scored(640, 480)
    before = photo.pixels.copy()
    overlay.draw(photo, found, result)
    np.testing.assert_array_equal(photo.pixels, before)


def test_only_where_the_score_is_high_the_photo_is_tinted() -> None:
    photo, found, result = scored(640, 480)
    picture = overlay.draw(photo, found, result)
    np.testing.assert_array_equal(picture[10:200, 10:200], photo.pixels[10:200, 10:200])
    box = found.box(len(found.tops) - 1, len(found.lefts) - 1)
    centre = picture[(box.y0 + box.y1) // 2, (box.x0 + box.x1) // 2].astype(int)
    assert centre[0] - centre[2] > 40  # towards orange


def test_each_window_tints_the_part_round_its_middle() -> None:
    photo = Photo("a", np.full((100, 310, 3), 128, np.uint8))
    scores = np.array([0.0, 0.0, 1.0, 0.0])  # the last window lies over most of the third
    result = PhotoResult("a", "m", 0.1, "crack", 1.0, 0.99, 310, 100)
    found = ScoreMap.of_tiles(grid(310, 100, 100), scores)
    picture = overlay.draw(photo, found, result)
    assert picture[50, 215, 0] > picture[50, 215, 2] + 40
    assert picture[50, 190].tolist() == picture[50, 270].tolist() == [128, 128, 128]


def test_the_scale_is_even_and_readable_in_grey() -> None:
    colours = colour.scale().astype(float)
    linear = np.where(
        colours <= 10.31475, colours / 255 / 12.92, ((colours / 255 + 0.055) / 1.055) ** 2.4
    )
    lightness = linear @ [0.2126, 0.7152, 0.0722]
    lightness = 116 * np.cbrt(lightness) - 16
    assert (np.diff(lightness[::8]) > 0).all()
    steps = np.diff(lightness[::32])
    assert steps.max() < 2.0 * steps.min()
    assert lightness[-1] - lightness[0] > 50


def test_the_scale_keeps_its_order_for_the_colour_blind() -> None:
    # Viénot, Brettel & Mollon 1999, on linear RGB: red and green become one.
    linear = (colour.scale().astype(float) / 255) ** 2.2
    deuteranope = linear @ np.array(
        [[0.29275, 0.29275, -0.02234], [0.70725, 0.70725, 0.02234], [0, 0, 1]]
    )
    assert (np.diff(deuteranope[::16, 0]) > 0).all()


def strip_of(picture, height):
    """The legend below a photo shown `height` px high, without the photo."""
    return picture[height:]


@pytest.mark.parametrize(
    ("verdict", "score"), [("crack", 0.9), ("no crack", 0.0), ("unsure", 0.25)]
)
@pytest.mark.parametrize("heat_map", [True, False])
def test_the_legend_says_verdict_and_score(verdict: str, score: float, heat_map: bool) -> None:
    photo, found, _ = scored(640, 480, hot=score)
    result = PhotoResult("a", "m", 0.1, verdict, score, 0.5, 640, 480)
    strip = strip_of(overlay.draw(photo, found, result, heat_map=heat_map), 480)
    assert places_of(f"{verdict}  {score:.3f}", strip[:, :300], FONT)


@pytest.mark.parametrize("threshold", [0.0448, 0.5, 0.9])
def test_the_legend_has_the_scale_with_a_mark_at_the_threshold(threshold: float) -> None:
    photo, found, _ = scored(640, 480, hot=0.0)
    result = PhotoResult("a", "m", 0.1, "no crack", 0.0, threshold, 640, 480)
    strip = strip_of(overlay.draw(photo, found, result), 480)
    middle = strip[len(strip) // 2].astype(int)
    (bar,) = np.nonzero(np.ptp(middle, axis=1) > 30)
    left, right = bar.min(), bar.max()
    assert right - left > 150
    assert np.abs(middle[left] - colour.of_score(0.0)).max() < 8
    assert np.abs(middle[right] - colour.of_score(1.0)).max() < 8
    (mark,) = np.nonzero((middle[left : right + 1] == 255).all(axis=1))
    assert mark.mean() == pytest.approx(threshold * (right - left), abs=2)
    assert places_of("0", strip[:, left - 20 : left - 1], FONT)
    assert places_of("1", strip[:, right + 1 : right + 20], FONT)


def test_without_heat_map_there_is_no_scale() -> None:
    photo, found, result = scored(640, 480)
    strip = strip_of(overlay.draw(photo, found, result, heat_map=False), 480)
    assert np.ptp(strip, axis=2).max() < 8, "nothing is coloured"


def test_every_region_has_its_number_in_its_first_corner() -> None:
    corners = [(40, 60), (300, 60), (40, 300), (460, 350)]
    regions = tuple(
        Region(number, Box(x, y, x + 120, y + 90), 0.9, outline_of(x, y, x + 120, y + 90))
        for number, (x, y) in zip((1, 2, 3, 45), corners, strict=True)
    )
    photo, found, _ = scored(640, 480, hot=0.0)
    result = PhotoResult("a", "m", 0.1, "crack", 0.9, 0.5, 640, 480, regions)
    picture = overlay.draw(photo, found, result)[:480]
    for region, (x, y) in zip(regions, corners, strict=True):
        around = picture[y + 1 : y + 13, x : x + 30]
        (place,) = places_of(str(region.id), around, FONT)
        others = {str(other.id) for other in regions} - {str(region.id)}
        assert not [text for text in others if places_of(text, around, FONT)]
        assert place[0] < 10


def test_every_region_has_a_white_outline_cased_in_black() -> None:
    box = Box(200, 100, 320, 190)
    corners = outline_of(box.x0, box.y0, box.x1, box.y1)
    photo, found, _ = scored(640, 480, hot=0.0)
    result = PhotoResult(
        "a", "m", 0.1, "crack", 0.9, 0.5, 640, 480, (Region(1, box, 0.9, corners),)
    )
    picture = overlay.draw(photo, found, result)[:480]
    for row in (140, 170):
        (white,) = np.nonzero((picture[row] == 255).all(axis=1))
        assert white.tolist() == [box.x0 - 1, box.x1 - 1]
        for x in white.tolist():
            assert picture[row, [x - 1, x + 1]].max() < 40
    for column in (260, 300):
        (white,) = np.nonzero((picture[:, column] == 255).all(axis=1))
        assert white.tolist() == [box.y0 - 1, box.y1 - 1]
    inside = picture[120:180, 240:310]
    np.testing.assert_array_equal(inside, photo.pixels[120:180, 240:310])


def outline_of(x0: int, y0: int, x1: int, y1: int) -> tuple[tuple[int, int], ...]:
    return ((x0, y0), (x1, y0), (x1, y1), (x0, y1))


@pytest.mark.parametrize("score", [0.5, 1.0])
def test_the_photo_stays_visible_below_the_heat_map(score: float) -> None:
    photo, _, _ = scored(640, 480)
    photo.pixels[::2] = 60
    found = ScoreMap(np.full((1, 1), score), np.array([0]), np.array([0]), 480, 640)
    result = PhotoResult("a", "m", 0.1, "crack", score, 0.5, 640, 480)
    picture = overlay.draw(photo, found, result)[:480].astype(int)
    kept = np.abs(picture[1::2] - picture[::2]).min() / 120
    assert kept >= 0.5
    assert kept == pytest.approx(1 - 0.45 * score, abs=0.02)
