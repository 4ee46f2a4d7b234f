import numpy as np
import pytest

from crackscope.rendering.sheets import contact_sheet


def flat(value, height=40, width=40):
    return np.full((height, width, 3), value, np.uint8)


def test_pictures_stand_in_reading_order():
    sheet = np.asarray(
        contact_sheet([flat(10), flat(90), flat(170)], ["a", "b", "c"], columns=2, cell=32)
    )
    centres = [sheet[10 + 16, 10 + 16, 0], sheet[10 + 16, 10 + 42 + 16, 0]]
    assert centres == [10, 90]
    assert (sheet == 170).any()


def test_the_shape_of_a_picture_is_kept():
    sheet = np.asarray(contact_sheet([flat(10, 20, 80)], [""], columns=4, cell=64))
    rows, columns = np.nonzero((sheet == 10).all(axis=2))
    assert np.ptp(columns) + 1 == 64
    assert np.ptp(rows) + 1 == 16


def test_long_and_hostile_captions_stay_in_their_cell():
    captions = ["x" * 500 + "\n" + "\x00\x07ü漢" * 90 + "\n\n\n\n", "b"]
    sheet = contact_sheet([flat(0), flat(0)], captions, columns=2, cell=64, title="t" * 900)
    assert sheet.width == 2 * 74 + 10
    assert (np.asarray(sheet)[:, -10:] == 255).all()


def test_nothing_to_show_is_said():
    sheet = contact_sheet([], [], columns=3, title="Worst errors")
    assert (np.asarray(sheet) < 128).any()


def test_every_picture_needs_a_caption():
    with pytest.raises(ValueError, match="received 1 and 0"):
        contact_sheet([flat(0)], [], columns=1)
