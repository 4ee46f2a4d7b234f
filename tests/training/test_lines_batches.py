"""From patches and synthetic pictures to batches, and what is made small on them."""

import io

import numpy as np
import pytest
from PIL import Image

from crackscope.errors import DatasetError
from crackscope.training.lines import packed
from crackscope.training.lines.batches import WINDOW, Batches, split, windows_of
from crackscope.training.lines.packed import File
from crackscope.training.lines.pool import Pictures


class Held:
    """A pool whose pictures are given."""

    def __init__(self, pictures):
        self.pictures = pictures

    def refresh(self):
        pass

    def choose(self, rng, count):
        rows = rng.integers(len(self.pictures.mask), size=count)
        return Pictures(*(part[rows] for part in self.pictures))


def jpeg(value):
    content = io.BytesIO()
    Image.new("RGB", (227, 227), (value,) * 3).save(content, "JPEG")
    return content.getvalue()


@pytest.fixture
def data(tmp_path):
    files = [File("a.jpg", "sound", "concrete", jpeg(200))]
    files.append(File("b.jpg", "cracked", "concrete", jpeg(40)))
    packed.write(tmp_path / "packed.npz", files)
    return packed.read(tmp_path / "packed.npz")


@pytest.fixture
def pool():
    mask = np.zeros((2, 448, 448), np.uint8)
    mask[0, 100, :] = 255  # crosses both upper windows, and no lower one
    pixels = np.repeat(mask[..., None], 3, axis=3)
    return Held(Pictures(pixels, mask, np.array([1, 0], np.int8)))


def test_files_come_back_from_their_pack(data):
    assert data.rows("sound").tolist() == [0]
    assert data.rows("cracked").tolist() == [1]
    assert abs(int(data.pixels(1).mean()) - 40) < 3
    assert data.file(0) == jpeg(200)


def test_what_is_no_pack_is_refused(tmp_path):
    np.savez(tmp_path / "other.npz", a=np.zeros(3))
    with pytest.raises(DatasetError, match="not a packed training data file"):
        packed.read(tmp_path / "other.npz")


def test_windows_are_labelled_by_their_mask():
    mask = np.zeros((1, 448, 448), np.uint8)
    mask[0, 100, :224] = 255
    mask[0, 300, 446:] = 255  # two pixels at the border: nobody can tell
    label, counts = windows_of(mask)
    assert label[0].tolist() == [[1, 0], [0, 0]]
    assert counts[0].tolist() == [[1, 1], [1, 0]]


def test_pixels_and_truth_are_turned_alike(data, pool):
    batches = Batches(data, pool, batch=4, side=448, real=0.0, seed=3)
    pixels, truth = next(batches(0, 1))
    assert (pixels[..., 0] == truth["mask"]).all()
    assert pixels.shape == (4, 448, 448, 3)
    assert (truth["known"] == 1).all()


def test_a_real_cracked_patch_has_a_label_and_no_mask(data, pool):
    batches = Batches(data, pool, batch=4, side=448, real=1.0, seed=3)
    pixels, truth = next(batches(0, 1))
    tones = pixels.reshape(4, 2, WINDOW, 2, WINDOW, 3).mean(axis=(2, 4, 5))
    assert ((tones < 120) == (truth["label"] == 1)).all()
    assert (truth["known"] == 1 - truth["label"]).all()
    assert not truth["mask"].any()


def test_windows_cut_apart_keep_their_pixels_and_truth(data, pool):
    batches = Batches(data, pool, batch=2, side=448, real=0.5, seed=1)
    pixels, truth = next(batches(0, 1))
    parts, split_truth = split(pixels, truth)
    assert parts.shape == (8, WINDOW, WINDOW, 3)
    assert (parts[1] == pixels[0, :WINDOW, WINDOW:]).all()
    assert (split_truth["mask"][2] == truth["mask"][0, WINDOW:, :WINDOW]).all()
    assert split_truth["label"].reshape(-1).tolist() == truth["label"].reshape(-1).tolist()


def test_a_step_is_the_same_however_it_is_reached(data, pool):
    batches = Batches(data, pool, batch=4, side=448, real=0.5, seed=3)
    stream = batches(0, 3)
    for _ in range(3):
        third = next(stream)
    again = next(batches(2, 1))
    assert (third[0] == again[0]).all()
