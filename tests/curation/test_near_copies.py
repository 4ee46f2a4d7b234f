from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crackscope import hashing
from crackscope.curation import near_copies
from crackscope.curation.fingerprints import Fingerprints, scan, shapes_of, thumbnail
from crackscope.types import Box, Pixels
from crackscope.types.evaluation import Patch
from support_data import dataset_of, jpeg, png, wall, write

COSINE, CROSSWISE = 0.985, 0.9
"""The limits, as the module's docstring and the docs give them."""


def dihedral(pixels: Pixels) -> list[Pixels]:
    turned = [np.rot90(pixels, quarter) for quarter in range(4)]
    return [np.ascontiguousarray(view) for one in turned for view in (one, one[:, ::-1])]


def fingerprints(*pictures: Pixels) -> Fingerprints:
    shapes = shapes_of(np.stack([thumbnail(picture) for picture in pictures]))
    digests = tuple(hashing.of_bytes(picture.tobytes()) for picture in pictures)
    return Fingerprints(
        digests, shapes, np.zeros((len(pictures), 3), np.float32), np.full((len(pictures), 2), 64)
    )


@pytest.mark.parametrize("cracked", [True, False])
@pytest.mark.parametrize("side", [64, 75, 90, 130, 227])
def test_all_eight_positions_recompressed_are_found(
    tmp_path: Path, cracked: bool, side: int
) -> None:
    views = dihedral(wall(3, cracked, side))
    files = {f"{index}.jpg": jpeg(view, 60 + 4 * index) for index, view in enumerate(views)}
    files["other.jpg"] = jpeg(wall(4, cracked, side))
    patches = [Patch(name, 1) for name in files]
    read = scan(dataset_of(write(tmp_path, files), patches))
    found = near_copies.pairs(read.fingerprints)
    assert found.tolist() == [[a, b] for a in range(8) for b in range(a + 1, 8)]
    trained_on = near_copies.compact(read.fingerprints.take([0]))
    assert near_copies.matches(read.fingerprints, trained_on).tolist() == [True] * 8 + [False]


def test_different_pictures_are_no_copies() -> None:
    prints = fingerprints(*(wall(seed, seed % 2 == 0) for seed in range(60)))
    assert len(near_copies.pairs(prints)) == 0
    half = near_copies.compact(prints.take(range(30)))
    assert near_copies.matches(prints, half).tolist() == [True] * 30 + [False] * 30


def _by_brute_force(thumbnails: np.ndarray, margin: float) -> set[tuple[int, int]]:
    """The rule of the module's docstring, in pixels, over all pairs and all 8 positions."""

    def crosswise(picture: np.ndarray) -> np.ndarray:
        rows, columns = picture.mean(axis=0, keepdims=True), picture.mean(axis=1, keepdims=True)
        return picture - rows - columns + picture.mean()

    def cosine(a: np.ndarray, b: np.ndarray) -> float:
        return float((a * b).sum() / np.sqrt((a**2).sum() * (b**2).sum()))

    found = set()
    for i, one in enumerate(thumbnails):
        for j, other in enumerate(thumbnails[:i]):
            views = [view - view.mean() for view in dihedral(other)]
            best = max(views, key=lambda view, one=one: cosine(one - one.mean(), view))
            whole, rest = cosine(one - one.mean(), best), cosine(crosswise(one), crosswise(best))
            if whole > COSINE + margin and rest > CROSSWISE + margin:
                found.add((j, i))
    return found


@settings(max_examples=25)
@given(st.integers(0, 10**6), st.floats(0.0, 0.3))
def test_the_search_misses_nothing_that_brute_force_finds(seed: int, noise: float) -> None:
    rng = np.random.default_rng(seed)
    bases = rng.normal(size=(2, 20, 20)).cumsum(axis=1).cumsum(axis=2)
    bases = 40 * bases / bases.std(axis=(1, 2), keepdims=True) + 128
    views = [view for base in bases for view in dihedral(base)]
    noisy = np.stack(views) + 40 * noise * rng.normal(size=(16, 20, 20))
    thumbnails = noisy.astype(np.float32)
    count = len(thumbnails)
    prints = Fingerprints(
        tuple(f"{row:064x}" for row in range(count)),
        shapes_of(thumbnails),
        np.zeros((count, 3), np.float32),
        np.zeros((count, 2), np.int64),
    )
    found = set(map(tuple, near_copies.pairs(prints).tolist()))
    # the search computes in single precision: at the limit itself it may go either way
    assert _by_brute_force(thumbnails, 1e-6) <= found <= _by_brute_force(thumbnails, -1e-6)


def shape(rng: np.random.Generator, straight: bool) -> np.ndarray:
    """The lowest frequencies of a thumbnail, of length 1: along the sides only, or all others."""
    side = np.logical_or.outer(np.arange(20) == 0, np.arange(20) == 0)
    terms = np.where(side == straight, rng.normal(size=(20, 20)), 0)
    terms[0, 0] = terms[10:] = terms[:, 10:] = 0
    return np.asarray(terms / np.linalg.norm(terms))


def at_cosine(one: np.ndarray, other: np.ndarray, cosine: float) -> np.ndarray:
    """In the plane of the two, of length 1, at this cosine from the first."""
    across = other - (one * other).sum() * one
    return np.asarray(cosine * one + np.sqrt(1 - cosine**2) * across / np.linalg.norm(across))


def prints_of(*shapes: np.ndarray) -> Fingerprints:
    count = len(shapes)
    digests = tuple(hashing.of_bytes(b"%d" % row) for row in range(count))
    stacked = np.stack(shapes).astype(np.float32)
    return Fingerprints(digests, stacked, np.zeros((count, 3), np.float32), np.ones((count, 2)))


def are_copies(one: np.ndarray, other: np.ndarray) -> bool:
    """By both searches, which have to agree."""
    prints = prints_of(one, other)
    paired = bool(len(near_copies.pairs(prints)))
    known = near_copies.matches(prints, near_copies.compact(prints.take([0])))
    assert known.tolist() == [True, paired]
    return paired


@pytest.mark.parametrize(("cosine", "copies"), [(0.95, False), (0.983, False), (0.987, True)])
@pytest.mark.parametrize("seed", range(4))
def test_near_copies_are_alike_by_more_than_0_985(seed: int, cosine: float, copies: bool) -> None:
    rng = np.random.default_rng(seed)
    one, other = shape(rng, straight=False), shape(rng, straight=False)
    assert are_copies(one, at_cosine(one, other, cosine)) == copies


@pytest.mark.parametrize(("cosine", "copies"), [(0.7, False), (0.89, False), (0.91, True)])
@pytest.mark.parametrize("seed", range(4))
def test_without_straight_structure_too_they_are_alike_by_more_than_0_9(
    seed: int, cosine: float, copies: bool
) -> None:
    rng = np.random.default_rng(seed)
    straight, one, other = (shape(rng, straight=first) for first in (True, False, False))
    pair = [
        0.98 * straight + np.sqrt(1 - 0.98**2) * rest
        for rest in (one, at_cosine(one, other, cosine))
    ]
    assert (pair[0] * pair[1]).sum() > COSINE, "as a whole they are alike enough"
    assert are_copies(*pair) == copies


@pytest.mark.parametrize("structure", ["shading", "joint"])
def test_like_shading_and_like_joints_do_not_match_by_chance(structure: str) -> None:
    base = np.zeros((64, 64, 3)) + np.linspace(90, 170, 64)[None, :, None]
    if structure == "joint":
        base = np.full((64, 64, 3), 150.0)
        base[30:36] = 40
    rng = np.random.default_rng(0)
    blotches = [np.kron(rng.normal(0, 4, (16, 16)), np.ones((4, 4)))[..., None] for _ in range(6)]
    pictures = [(base + one).astype(np.uint8) for one in blotches]
    assert len(near_copies.pairs(fingerprints(*pictures))) == 0
    again = [picture[::-1].copy() for picture in pictures]
    assert len(near_copies.pairs(fingerprints(*pictures, *again))) == 6


def test_patches_without_contrast_have_exact_copies_only(tmp_path: Path) -> None:
    grey = [np.full((64, 64, 3), value, np.uint8) for value in (99, 100)]
    files = {"a.png": png(grey[0]), "b.png": png(grey[0]), "c.png": png(grey[1])}
    read = scan(dataset_of(write(tmp_path, files), [Patch(name, 0) for name in files]))
    assert near_copies.pairs(read.fingerprints).tolist() == [[0, 1]]
    known = near_copies.compact(read.fingerprints.take([0]))
    assert near_copies.matches(read.fingerprints, known).tolist() == [True, True, False]


def test_many_empty_tiles_do_not_make_a_flood_of_pairs() -> None:
    pytest.importorskip("scipy", reason="needs the extra [evaluate]")
    prints = fingerprints(*(wall(1 if row % 500 else row) for row in range(2000)))
    found = near_copies.pairs(prints)
    assert len(found) == 2000 - 5
    assert len(set(near_copies.clusters(2000, found).tolist())) == 5


def test_boxes_of_one_file_are_different_patches(tmp_path: Path) -> None:
    boxes = [Box(x, 0, x + 64, 64) for x in (0, 64)]
    pixels = np.concatenate([wall(1), wall(2)], axis=1)
    patches = [Patch("a.jpg", 0, box=box) for box in boxes]
    read = scan(dataset_of(write(tmp_path, {"a.jpg": jpeg(pixels)}), patches))
    assert len(near_copies.pairs(read.fingerprints)) == 0
    assert read.fingerprints.sizes.tolist() == [[64, 64], [64, 64]]


def test_compact_is_small_and_survives_no_patches() -> None:
    prints = fingerprints(*(wall(seed) for seed in range(20)))
    arrays = near_copies.compact(prints)
    assert sum(array.nbytes for array in arrays.values()) == 110 * 20
    none = near_copies.compact(prints.take([]))
    assert not near_copies.matches(prints, none).any()
    assert near_copies.matches(prints.take([]), arrays).shape == (0,)
    assert near_copies.pairs(prints.take([])).shape == (0, 2)


@given(st.lists(st.sampled_from(["", "a", "b", "c"]), max_size=20))
def test_chain_joins_equal_keys_and_leaves_empty_ones_alone(keys: list[str]) -> None:
    pytest.importorskip("scipy", reason="needs the extra [evaluate]")
    labels = near_copies.clusters(len(keys), near_copies.chain(np.array(keys, dtype=str)))
    for i, one in enumerate(keys):
        for j, other in enumerate(keys):
            assert (labels[i] == labels[j]) == (i == j or (one == other != ""))


def test_unreadable_patches_are_listed_and_the_rest_is_kept(tmp_path: Path) -> None:
    files = {"a.jpg": jpeg(wall(0)), "b.jpg": jpeg(wall(1))[:300], "c.jpg": b"", "d.jpg": b"text"}
    patches = [Patch(name, 0) for name in [*files, "gone.jpg"]]
    read = scan(dataset_of(write(tmp_path, files), patches))
    assert [patch.path for patch in read.patches] == ["a.jpg"]
    assert {entry.path: entry.kind for entry in read.unreadable} == {
        "b.jpg": "truncated",
        "c.jpg": "empty",
        "d.jpg": "not_an_image",
        "gone.jpg": "not_found",
    }
