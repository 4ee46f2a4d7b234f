import io

import numpy as np
import pytest
from PIL import Image

from crackscope.rendering import close_up
from crackscope.types import Crack, Photo, PhotoResult

W, H = 1200, 900
LONG = Crack.of(1, 0.9, [[(10, 20, 1), (1100, 20, 1)], [(800, 30, 6), (800, 800, 8)]], W, H)
SHORT = Crack.of(2, 0.8, [[(400, 400, 2), (470, 440, 2)]], W, H)


def test_a_short_crack_is_shown_whole_with_ground_around_it():
    box = close_up.place(SHORT, W, H)
    assert (box.width, box.height) == (320, 240)
    assert box.x0 <= SHORT.box.x0 - 32
    assert box.y1 >= SHORT.box.y1 + 32


def test_a_long_crack_is_shown_at_its_widest_place():
    box = close_up.place(LONG, W, H)
    assert box.x0 < 800 < box.x1
    assert box.y1 > 750


@pytest.mark.parametrize(("width", "height"), [(40, 33), (5000, 32), (32, 5000)])
def test_it_stays_within_the_photo(width, height):
    crack = Crack.of(1, 0.9, [[(0, 0, 9), (width, height, 1)]], width, height)
    box = close_up.place(crack, width, height)
    assert box.x1 <= width
    assert box.y1 <= height


def test_pixels_are_those_of_the_photo_but_for_the_lines():
    ground = np.random.default_rng(0).integers(100, 130, (H // 10, W // 10, 1))
    pixels = np.kron(ground, np.ones((10, 10, 3))).astype(np.uint8)
    result = PhotoResult("a", "m", 1, "crack", 0.9, 0.5, W, H, cracks=(LONG, SHORT))
    shown = close_up.of_cracks(Photo("a", pixels), result)
    assert list(shown) == [1, 2]
    picture = np.asarray(Image.open(io.BytesIO(shown[2]))).astype(int)
    box = close_up.place(SHORT, W, H)
    assert picture.shape == (box.height, box.width, 3)
    part = pixels[box.y0 : box.y1, box.x0 : box.x1].astype(int)
    assert np.abs(picture - part)[:50].max() < 25
    assert np.abs(picture - part).max() > 60


def test_a_reduced_copy_shows_its_own_pixels():
    result = PhotoResult("a", "m", 1, "crack", 0.9, 0.5, W, H, cracks=(SHORT,))
    copy = Photo("a", np.full((H // 3, W // 3, 3), 128, np.uint8))
    (content,) = close_up.of_cracks(copy, result).values()
    assert Image.open(io.BytesIO(content)).size == (320, 240)


def test_the_number_of_close_ups_is_limited():
    cracks = tuple(Crack.of(n, 0.9, [[(n, n, 1), (n + 9, n, 1)]], W, H) for n in range(1, 30))
    result = PhotoResult("a", "m", 1, "crack", 0.9, 0.5, W, H, cracks=cracks)
    assert len(close_up.of_cracks(Photo("a", np.zeros((H, W, 3), np.uint8)), result)) == 8
