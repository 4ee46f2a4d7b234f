"""Synthetic photos and patches: label, determinism, truth, speed, and the files in samples/."""

import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageOps

from crackscope.synthesis import concrete, samples, scene, sheet

_SHIPPED = Path(__file__).parents[2] / "samples"


@pytest.mark.parametrize("label", [0, 1])
def test_the_label_follows_from_the_mask(label: int) -> None:
    for seed in (*range(60), 1292, 1306):  # the last two stray out at the first try
        made = scene.draw_patch(label, 48, seed)
        assert scene.label_of(made.mask) == label
        assert bool(made.centre_lines) == bool(label)
        assert made.pixels.dtype == np.uint8
        assert made.pixels.shape == (48, 48, 3)
        assert made.mask.min() >= 0
        assert made.mask.max() <= 1


def test_a_scrap_of_a_crack_is_neither_cracked_nor_sound() -> None:
    mask = np.zeros((64, 64), np.float32)
    mask[0, :4] = 1
    assert scene.label_of(mask) is None


def test_the_seed_determines_the_patch() -> None:
    first, again, other = (scene.draw_patch(1, 64, seed) for seed in (7, 7, 8))
    assert np.array_equal(first.pixels, again.pixels)
    assert np.array_equal(first.mask, again.mask)
    assert not np.array_equal(first.pixels, other.pixels)


@pytest.mark.parametrize("kind", scene.KINDS)
def test_photos_show_their_kind(kind: str) -> None:
    made = scene.draw_photo(kind, 240, 320, 2)
    assert made.pixels.shape == (240, 320, 3)
    assert scene.label_of(made.mask) == int(kind in ("cracked", "hairline"))
    assert len(made.centre_lines) == {"cracked": 2, "hairline": 1}.get(kind, 0)
    assert json.loads(json.dumps(made.truth)) == made.truth


def test_an_unknown_kind_is_refused_with_the_list() -> None:
    with pytest.raises(ValueError, match=r"cracked, hairline, sound, joint\. Received: 'wet'"):
        scene.draw_photo("wet", 240, 320, 0)


@pytest.mark.parametrize("finish", concrete.FINISHES)
def test_concrete_has_the_tone_that_is_asked_for(finish: concrete.Finish) -> None:
    surface = concrete.texture(120, 90, np.random.default_rng(0), tone=150, finish=finish)
    assert surface.shape == (120, 90, 3)
    assert surface.dtype == np.float32
    assert surface.mean() == pytest.approx(150, abs=12)
    assert 2 < surface.mean(axis=2).std() < 30


def test_cracked_patches_cannot_be_told_by_their_mean_grey() -> None:
    """A shortcut in synthesis would teach a network to look at the wrong thing."""
    means = [[scene.draw_patch(label, 48, s).pixels.mean() for s in range(60)] for label in (0, 1)]
    sound, cracked = np.array(means)
    auroc = (sound[:, None] > cracked[None]).mean()
    assert 0.35 < auroc < 0.75


def test_a_patch_takes_milliseconds() -> None:
    """Training needs hundreds of thousands. Processor time: a busy machine does not matter."""
    scene.draw_patch(1, 227, 0)
    start = time.process_time()
    for seed in range(20):
        scene.draw_patch(seed % 2, 227, seed)
    assert (time.process_time() - start) / 20 < 0.05


def test_samples_are_written_with_their_truth(tmp_path: Path) -> None:
    truth = json.loads(samples.write(tmp_path, scale=0.15).read_text(encoding="utf-8"))
    assert list(truth) == [sample.name for sample in samples.SAMPLES]
    for sample in samples.SAMPLES:
        assert truth[sample.name] == samples.draw(sample, 0.15).truth
        with Image.open(tmp_path / sample.name) as photo:
            upright = ImageOps.exif_transpose(photo)
            assert (photo.size != upright.size) == sample.turned
        assert upright.size == (truth[sample.name]["width"], truth[sample.name]["height"])


def test_the_samples_in_the_repository_are_those_of_the_command() -> None:
    truth = json.loads((_SHIPPED / samples.TRUTH).read_text(encoding="utf-8"))
    for sample in samples.SAMPLES:
        made = samples.draw(sample)
        _same_truth(truth[sample.name], made.truth)
        with Image.open(_SHIPPED / sample.name) as photo:
            shipped = np.asarray(ImageOps.exif_transpose(photo), np.int16)
        assert np.abs(shipped - made.pixels).mean() < 3
        assert (_SHIPPED / sample.name).stat().st_size < 900_000


def _same_truth(shipped: dict[str, Any], made: dict[str, Any]) -> None:
    """Equal but for the last digit, which may round otherwise on another processor."""
    assert {**shipped, "cracks": []} == {**made, "cracks": []}
    for one, other in zip(shipped["cracks"], made["cracks"], strict=True):
        assert np.array(one["points"]) == pytest.approx(np.array(other["points"]), abs=0.15)
        assert one["widths_px"] == pytest.approx(other["widths_px"], abs=0.03)
        assert one["mean_width_px"] == pytest.approx(other["mean_width_px"], abs=0.03)


def test_the_samples_show_what_their_names_say() -> None:
    truth = json.loads((_SHIPPED / samples.TRUTH).read_text(encoding="utf-8"))
    facts = {sample.name: (sample.kind, truth[sample.name]) for sample in samples.SAMPLES}
    for name, (kind, fact) in facts.items():
        assert fact["label"] == int(kind in ("cracked", "hairline")), name
    main = truth["cracked_with_branch.jpg"]["cracks"][0]
    assert 3 <= main["mean_width_px"] <= 9
    assert 1 <= truth["hairline_across_joint.jpg"]["cracks"][0]["mean_width_px"] <= 2.5
    assert "joint" in truth["hairline_across_joint.jpg"]["distractors"]


def test_the_sheet_is_one_small_image(tmp_path: Path) -> None:
    file = sheet.write(tmp_path / "pictures" / "sheet.png")
    assert file.stat().st_size < 400_000
    with Image.open(file) as image:
        pixels = np.asarray(image.convert("RGB")).astype(int)
    places = [
        (10 + 146 * column, 10 + row * (pixels.shape[0] - 10) // 4)
        for row in range(4)
        for column in range(6)
    ]
    cells = [pixels[y : y + 136, x : x + 136] for x, y in places]
    for number, cell in enumerate(cells):
        made = scene.draw_patch(int(number < 12), 227, 100 + number % 12).pixels
        assert abs(cell.mean() - made.mean()) < 6
    assert len({cell.tobytes() for cell in cells}) == 24
    captions = [pixels[y + 138 : y + 150, x : x + 136] for x, y in places]
    assert all((caption < 128).any() for caption in captions)
