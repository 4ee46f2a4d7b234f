import io

import numpy as np
from PIL import Image

from crackscope.rendering import mask
from crackscope.rendering.nearness import Discs, distance
from crackscope.types import Box, Crack


def read(cracks, width, height):
    picture = Image.open(io.BytesIO(mask.png(cracks, width, height)))
    assert (picture.mode, picture.size, picture.format) == ("L", (width, height), "PNG")
    return np.asarray(picture)


def test_a_mask_is_the_area_of_the_cracks():
    level = Crack.of(1, 0.9, [[(10, 20, 4), (110, 20, 4)]], 120, 700)
    found = read([level], 120, 700)
    assert set(np.unique(found)) == {0, 255}
    assert (found[18:22, 10:110] == 255).all()
    assert (found[:18] == 0).all()
    assert (found[22:] == 0).all()
    assert np.count_nonzero(found) < 4 * 100 + 4 * 4


def test_blocks_leave_no_seam():
    rng = np.random.default_rng(0)
    lines = [np.c_[rng.uniform(0, (333, 1000), (9, 2)), rng.uniform(1, 30, 9)] for _ in range(4)]
    crack = Crack.of(1, 0.9, lines, 333, 1000)
    whole = distance(Discs.of(crack.lines), Box(0, 0, 333, 1000)) <= 0
    np.testing.assert_array_equal(read([crack], 333, 1000) == 255, whole)


def test_a_sound_photo_has_an_empty_mask():
    assert not read([], 45, 33).any()
