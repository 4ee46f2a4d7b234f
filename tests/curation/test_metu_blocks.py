import numpy as np
import pytest

from crackscope.curation.metu_blocks import blocks
from crackscope.types.evaluation import Patch

pytest.importorskip("scipy", reason="needs the extra [evaluate]")

FIRST = range(1, 401)


def _positive(number: int, mirrored: bool = False) -> Patch:
    return Patch(f"Positive/{number:05}{'_1' if mirrored else ''}.jpg", 1, dataset="metu")


def _walks() -> tuple[list[Patch], np.ndarray, np.ndarray]:
    """400 places of the first walk, 200 of the second (every other one a copy of place 2k)."""
    second = [_positive(5561 + k) for k in range(200)]
    patches = [_positive(number) for number in FIRST] + second
    links = [(2 * k + 1, 400 + k) for k in range(0, 200, 2)]
    photos = np.arange(400) // 13
    light = np.random.default_rng(0).uniform(60, 200, 40)
    colours = np.repeat(light[np.append(photos, np.arange(0, 400, 2) // 13)][:, None], 3, axis=1)
    return patches, np.array(links), colours.astype(np.float32)


def test_the_second_walk_joins_the_blocks_of_the_first() -> None:
    patches, links, colours = _walks()
    names = blocks(patches, links, colours)
    assert 8 <= len(set(names)) <= 12
    assert (names[:400] != "").all()
    copies = names[400::2]
    assert (copies == names[1:400:4]).all()
    between = names[401:599:2]  # no copies themselves: between two that are
    assert ((between == names[400:598:2]) | (between == names[402:600:2])).all()


def test_blocks_are_cut_where_the_photo_changes() -> None:
    patches, links, colours = _walks()
    names = blocks(patches, links, colours)
    photos = np.arange(400) // 13
    for photo in set(photos.tolist()):
        assert len(set(names[:400][photos == photo])) == 1


def test_what_has_no_place_has_no_block() -> None:
    patches, links, colours = _walks()
    extra = [Patch("Negative/00007.jpg", 0, dataset="metu"), _positive(17000, mirrored=True)]
    grey = np.full((2, 3), 128, np.float32)
    names = blocks([*patches, *extra], links, np.concatenate([colours, grey]))
    assert names[-2:].tolist() == ["", ""]
    mirrored = np.concatenate([links, [[9, len(patches) + 1]]])
    names = blocks([*patches, *extra], mirrored, np.concatenate([colours, grey]))
    assert names[-1] == names[9] != ""


def test_a_part_of_metu_without_the_first_walk() -> None:
    patches = [_positive(number) for number in (6000, 6001, 15000)]
    names = blocks(patches, np.empty((0, 2), np.int64), np.zeros((3, 3), np.float32))
    assert names.tolist() == ["", "", ""]


def test_a_small_folder_has_enough_blocks_for_three_subsets() -> None:
    for count in (6, 12, 40, 100):
        patches = [_positive(number) for number in range(1, count + 1)]
        links = np.empty((0, 2), np.int64)
        names = blocks(patches, links, np.zeros((count, 3), np.float32))
        assert len(set(names)) >= min(count, 10) - 1
