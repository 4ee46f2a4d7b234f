import numpy as np
import pytest

from crackscope.rendering.sheets import contact_sheet
from support_text import places_of

FONT, TITLE = 12, 18
"""Pixels of the fonts."""
INK = 255 - 0x1A
"""On the sheet turned from black on white to white on black."""


def flat(value, height=40, width=40):
    return np.full((height, width, 3), value, np.uint8)


def test_images_are_in_reading_order():
    sheet = np.asarray(
        contact_sheet([flat(10), flat(90), flat(170)], ["a", "b", "c"], columns=2, cell=32)
    )
    centres = [sheet[10 + 16, 10 + 16, 0], sheet[10 + 16, 10 + 42 + 16, 0]]
    assert centres == [10, 90]
    assert (sheet == 170).any()


def test_the_aspect_ratio_of_an_image_is_kept():
    sheet = np.asarray(contact_sheet([flat(10, 20, 80)], [""], columns=4, cell=64))
    rows, columns = np.nonzero((sheet == 10).all(axis=2))
    assert np.ptp(columns) + 1 == 64
    assert np.ptp(rows) + 1 == 16


def test_long_and_hostile_captions_stay_in_their_cell():
    captions = ["x" * 500 + "\n" + "\x00\x07ü漢" * 90 + "\n\n\n\n", "b"]
    sheet = contact_sheet([flat(0), flat(0)], captions, columns=2, cell=64, title="t" * 900)
    assert sheet.width == 2 * 74 + 10
    pixels = np.asarray(sheet)
    assert (pixels[:, -10:] == 255).all()
    assert (pixels[-55:, 74:84] == 255).all(), "no caption runs into the next"
    below = pixels[-55:, 10:74]
    for line in (below[:15], below[15:30]):
        assert (line < 128).any(), "what fits of a caption is shown"


def test_captions_are_below_their_images_line_by_line():
    captions = ["first\nscore 0.25", "second"]
    sheet = contact_sheet([flat(120), flat(200)], captions, columns=2, cell=96, title="Errors")
    turned = 255 - np.asarray(sheet)
    assert places_of("Errors", turned, TITLE, INK)
    top = 10 + 18 + 10 + 96
    for text, column, line in (("first", 0, 0), ("score 0.25", 0, 1), ("second", 1, 0)):
        ((x, y),) = places_of(text, turned[top:], FONT, INK)
        assert 106 * column < x < 106 * column + 20
        assert 15 * line <= y < 15 * line + 12


def test_an_empty_sheet_says_so():
    sheet = contact_sheet([], [], columns=3, title="Worst errors")
    turned = 255 - np.asarray(sheet)
    assert places_of("Worst errors", turned, TITLE, INK)
    assert places_of("Nothing to show.", turned, FONT, INK)


def test_every_image_needs_a_caption():
    with pytest.raises(ValueError, match="Received: 1 images, 0 captions"):
        contact_sheet([flat(0)], [], columns=1)
