"""Images written for each photo: overlay, thumbnail, close-ups, mask."""

import io
from dataclasses import replace

import numpy as np
from PIL import Image

from crackscope.inspection.inspected import draw
from crackscope.inspection.settings import InspectSettings
from crackscope.reporting.names import mask_names
from crackscope.types import Photo, ScoreMap
from support_cracks import cracked
from support_reports import scored

PHOTO = Photo("a", np.full((48, 64, 3), 180, np.uint8))
MAP = ScoreMap(np.array([[0.9]]), np.array([0]), np.array([0]), 48, 64)
WITH_MASKS = InspectSettings(masks=True)


def opened(content):
    return np.asarray(Image.open(io.BytesIO(content)))


def test_a_photo_with_cracks_has_close_ups_and_when_asked_a_mask():
    kept = draw(PHOTO, MAP, cracked("a"), InspectSettings())
    assert (list(kept.close_ups), kept.mask) == ([3, 1, 2], None)
    mask = opened(draw(PHOTO, MAP, cracked("a"), WITH_MASKS).mask)
    assert mask.shape == (48, 64)
    assert mask[4, 6] == mask[47, 63] == 255
    assert mask[40, 5] == 0
    assert not opened(draw(PHOTO, MAP, cracked("a", lines=False), WITH_MASKS).mask).any()


def test_the_heat_map_is_a_choice_with_the_default_of_the_model():
    lines, regions = cracked("a", lines=False), replace(scored("a", 0.1, "no crack"))
    tinted = [
        opened(draw(PHOTO, MAP, result, InspectSettings(heat_map=choice)).overlay)[20, 20].std() > 5
        for result in (lines, regions)
        for choice in (None, True, False)
    ]
    assert tinted == [False, True, False, True, True, False]


def test_masks_are_named_as_their_photos():
    assert mask_names(["a.png", "a.jpg", "s/a.jpg", "A.PNG", "x.png/b.jpg", "x"]) == [
        "masks/a.png.png",
        "masks/a.jpg.png",
        "masks/s/a.jpg.png",
        "masks/A.PNG (2).png",
        "masks/x.png_/b.jpg.png",
        "masks/x.png",
    ]
