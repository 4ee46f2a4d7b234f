"""Arrays, Pillow images and lists as photos; and errors that name the photo."""

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

import crackscope
from crackscope.errors import ImageError, UsageError
from crackscope.images import convert
from crackscope.images.memory import photo_of
from crackscope.images.read import decode
from crackscope.inspection.engines import local
from crackscope.inspection.engines.local import Worker
from crackscope.inspection.inspector import Inspector, load
from crackscope.inspection.sources.memory import named
from support_pictures import encode, grey_photo, noise

MODES = ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr", "HSV", "I;16")


@pytest.fixture(scope="module")
def scope(tiny_bundle: Path) -> Inspector:
    return load(tiny_bundle, "cpu", threads=1)


def turned(pixels: np.ndarray) -> bytes:
    """A JPEG with EXIF rotation and GPS position."""
    exif = Image.Exif()
    exif[0x0112], exif[271] = 6, "Maker"
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG", exif=exif)
    return file.getvalue()


def test_an_image_of_pillow_is_read_as_its_file_is(scope: Inspector, tmp_path: Path) -> None:
    path = tmp_path / "turned.png"
    path.write_bytes(turned(noise(200, 150)))
    with Image.open(path) as image:
        photo, read = photo_of(image), decode(path.read_bytes(), str(path))
        assert scope.inspect(image).score == scope.inspect(path).score
        assert scope.inspect(image).path == str(path), "Pillow knows the file"
    assert (photo.width, photo.height) == (150, 200), "the picture is put upright"
    assert np.array_equal(photo.pixels, read.pixels)
    assert (photo.metadata, photo.exif) == (read.metadata, read.exif)


def test_a_foreign_profile_of_an_image_is_followed() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("XYZ")).tobytes()
    image = Image.fromarray(noise(64, 64))
    image.info["icc_profile"] = profile
    file = io.BytesIO()
    image.save(file, "PNG", icc_profile=profile)
    assert np.array_equal(photo_of(image).pixels, decode(file.getvalue(), "a").pixels)


@pytest.mark.parametrize("mode", MODES)
def test_an_image_of_any_mode_is_taken_and_left_as_it_is(mode: str) -> None:
    image = Image.fromarray(noise(48, 40)[..., 0] if mode == "I;16" else noise(48, 40))
    image = image.convert("I;16" if mode == "I;16" else mode)
    before = image.tobytes()
    photo = photo_of(image)
    assert photo.pixels.shape == (40, 48, 3)
    assert (image.mode, image.tobytes()) == (mode, before)


@pytest.mark.parametrize("shape", [(40, 48), (40, 48, 1), (40, 48, 3), (40, 48, 4)], ids=str)
def test_arrays_of_every_shape_that_pixels_have(scope: Inspector, shape: tuple[int, ...]) -> None:
    assert scope.inspect(np.zeros(shape, np.uint8)).verdict == "crack"


@pytest.mark.parametrize(
    "wrong",
    [
        np.zeros((64, 64, 3)),
        np.zeros((64, 64, 3), bool),
        np.zeros((2, 64, 64, 3), np.uint8),
        np.zeros((64, 64, 2), np.uint8),
        np.array(["a.jpg"]),
        np.zeros((8, 8), np.uint8),
        np.zeros((8, 64), np.uint8),
        np.zeros((64, 8, 3), np.uint8),
        Image.new("F", (64, 64)),
        Image.new("RGB", (8, 8)),
    ],
    ids=lambda value: str(getattr(value, "shape", None) or value.mode),
)
def test_what_holds_no_pixels_is_refused_by_its_name(scope: Inspector, wrong: object) -> None:
    with pytest.raises(ImageError, match=r"^(array|image): "):
        scope.inspect(wrong)  # type: ignore[call-overload]


def test_a_list_gives_a_list_in_its_order(scope: Inspector, tmp_path: Path) -> None:
    dark, light = grey_photo(tmp_path / "dark.png", 20), np.full((64, 64, 3), 250, np.uint8)
    results = scope.inspect([dark, light, Image.fromarray(light)])
    assert [result.verdict for result in results] == ["crack", "no crack", "no crack"]
    assert scope.inspect(iter([str(dark)]))[0].score == results[0].score
    assert scope.inspect([]) == []


@pytest.mark.parametrize("wrong", [5, None, 2.5, b"x.jpg", {"a.jpg": 1}, object, [3], [[None]]])
def test_whatever_else_is_refused_by_our_own_error(scope: Inspector, wrong: object) -> None:
    with pytest.raises(UsageError, match="a photo must be a path"):
        scope.inspect(wrong)  # type: ignore[call-overload]
    with pytest.raises(UsageError, match="a photo must be a path"):
        crackscope.inspect(wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("wrong", [0, 1, 7, -0.5, "0.5", True, float("nan")])
def test_a_threshold_is_a_probability(scope: Inspector, wrong: object) -> None:
    with pytest.raises(UsageError, match="threshold must"):
        scope.inspect(np.zeros((64, 64), np.uint8), wrong)  # type: ignore[call-overload]


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"threads": 0}, "threads must be at least 1"),
        ({"scale": 9}, "scale must be between"),
        ({"mm_per_px": -1}, "mm_per_px must be above 0"),
        ({"device": "tpu"}, "device must be one of"),
        ({"precision": 32}, "precision must be one of"),
    ],
)
def test_load_refuses_what_the_command_refuses(
    tiny_bundle: Path, settings: dict[str, object], words: str
) -> None:
    with pytest.raises(UsageError, match=words):
        load(tiny_bundle, **settings)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("content", "kind"),
    [(b"", "empty"), (b"no picture", "not_an_image"), (encode(noise(64, 64))[:-900], "truncated")],
)
def test_an_error_names_the_file(
    scope: Inspector, tmp_path: Path, content: bytes, kind: str
) -> None:
    path = tmp_path / "wall 7.jpg"
    path.write_bytes(content)
    for photo in (path, str(path), [path]):
        with pytest.raises(ImageError) as caught:
            scope.inspect(photo)  # type: ignore[call-overload]
        assert str(caught.value).startswith(f"{path}: ")
        assert caught.value.kind == kind
    with pytest.raises(ImageError, match=r"missing\.jpg: "):
        scope.inspect(tmp_path / "missing.jpg")


def test_an_image_of_a_damaged_file_is_a_photo_that_failed(
    tiny_bundle: Path, tmp_path: Path
) -> None:
    path = tmp_path / "half.png"
    path.write_bytes(encode(noise(200, 150), "PNG")[:-2000])
    whole = np.full((64, 64, 3), 20, np.uint8)
    with Image.open(path) as image:
        outcome = crackscope.inspect([image, whole], model=tiny_bundle, out=tmp_path / "out")
    assert outcome.failed == [str(path)]
    assert [line["status"] for line in outcome.data] == ["failed", "ok"]
    assert "truncated" in outcome.data[0]["error"]["message"]


def test_the_command_takes_pictures_and_lists_beside_paths(
    tiny_bundle: Path, tmp_path: Path
) -> None:
    dark = grey_photo(tmp_path / "dark.png", 20)
    with Image.open(dark) as image:
        outcome = crackscope.inspect(
            [dark, image],
            np.full((64, 64, 3), 250, np.uint8),
            [np.zeros((64, 64), np.uint8), np.zeros((64, 64))],
            model=tiny_bundle,
            out=tmp_path / "out",
        )
    names = [str(dark), f"{dark} (2)", "array", "array (2)", "array (3)"]
    assert [line["path"] for line in outcome.data] == names
    verdicts = ["crack", "crack", "no crack", "crack", None]
    assert [line.get("verdict") for line in outcome.data] == verdicts
    assert outcome.failed == ["array (3)"]
    lines = (tmp_path / "out" / "results.jsonl").read_text(encoding="ascii").splitlines()
    assert [json.loads(line)["path"] for line in lines] == names
    assert len(list((tmp_path / "out" / "overlays").iterdir())) == 4


def test_other_pixels_are_another_run(tiny_bundle: Path, tmp_path: Path) -> None:
    for value in (20, 20, 21):
        pixels = np.full((64, 64), value, np.uint8)
        crackscope.inspect(pixels, model=tiny_bundle, out=tmp_path / str(value), exist_ok=True)
    first, second = (
        json.loads((tmp_path / name / "run.json").read_text(encoding="utf-8"))["identity"]
        for name in ("20", "21")
    )
    assert first != second


@settings(max_examples=25)
@given(st.lists(st.sampled_from(["a", "a (2)", "array", "array (2)", None]), max_size=8))
def test_no_two_pictures_share_a_name(given_names: list[str | None]) -> None:
    pictures = [np.zeros((2, 2), np.uint8) if name is None else name for name in given_names]
    found = named([pictures])
    paths = {name for name in given_names if name is not None}
    assert len(found) == len(paths) + given_names.count(None)
    assert {name for name, source in found.items() if source is None} == paths


@pytest.mark.parametrize("error", [MemoryError(), OSError(12, "Cannot allocate memory")], ids=repr)
def test_memory_that_runs_out_is_the_failure_of_the_picture(
    tiny_bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def short(*_: object) -> None:
        raise error

    picture = Image.new("RGB", (64, 64))
    monkeypatch.setattr(convert, "to_rgb", short)
    light = np.full((64, 64), 250, np.uint8)
    outcome = crackscope.inspect(picture, light, model=tiny_bundle, out=tmp_path / "out")
    assert [line["status"] for line in outcome.data] == ["failed", "ok"]
    assert outcome.data[0]["error"]["kind"] == "out_of_memory"


def test_a_large_picture_is_scored_while_no_other_is(
    tiny_bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[bool] = []
    whole = Worker._whole

    def watched(self: Worker, *given: Any) -> Any:
        held.append(self.one_large.locked())
        return whole(self, *given)

    monkeypatch.setattr(local, "WHOLE_MEGAPIXELS", 0.01)
    monkeypatch.setattr(Worker, "_whole", watched)
    pictures = [np.full((side, side), 250, np.uint8) for side in (64, 200)]
    crackscope.inspect(pictures, model=tiny_bundle, out=tmp_path / "out", workers=1)
    assert held == [False, True]
