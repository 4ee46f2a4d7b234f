"""Images written by crackscope are recognised by their software tag, and are not photos."""

import io
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from crackscope.datasets.source import open_source
from crackscope.images.signature import is_our_file, is_ours
from crackscope.inspection.find import find
from crackscope.inspection.inspected import draw
from crackscope.inspection.settings import InspectSettings
from crackscope.rendering.sheets import contact_sheet, png
from crackscope.types import Photo, ScoreMap
from support_cracks import cracked
from support_pictures import encode

PIXELS = np.full((48, 64, 3), 180, np.uint8)
PHOTO = Photo("a", PIXELS)
MAP = ScoreMap(np.array([[0.9]]), np.array([0]), np.array([0]), 48, 64)
WITH_MASKS = InspectSettings(masks=True)


def jpeg(**tags: object) -> bytes:
    exif = Image.Exif()
    exif.update({305: "iOS 17", 270: "crackscope", **{int(k[1:]): v for k, v in tags.items()}})
    return encode(Image.fromarray(PIXELS), "JPEG", exif=exif.tobytes())


def drawn(photo: Photo = PHOTO) -> dict[str, bytes]:
    kept = draw(photo, MAP, cracked("a"), WITH_MASKS)
    assert kept is not None
    assert kept.mask is not None
    return {
        "overlay.jpg": kept.overlay,
        "close-up.jpg": next(iter(kept.close_ups.values())),
        "mask.png": kept.mask,
        "sheet.png": png(contact_sheet([PIXELS], ["a"], 1)),
    }


def test_all_that_is_drawn_says_so_and_opens() -> None:
    for name, content in drawn().items():
        with Image.open(io.BytesIO(content)) as image:
            image.load()
            said = image.text["Software"] if name.endswith("png") else image.getexif()[305]
        assert said == "crackscope", name
        assert is_ours(content), name
    described = replace(PHOTO, exif=b"Exif\0\0" + jpeg().split(b"Exif\0\0")[1][:200])
    overlay = drawn(described)["overlay.jpg"]
    assert is_ours(overlay)
    assert Image.open(io.BytesIO(overlay)).getexif()[270] == "crackscope", "what it showed stays"


def test_photos_are_not_ours_whatever_they_tell() -> None:
    other = PngInfo()
    other.add_text("Title", "crackscope")
    photo = Image.fromarray(PIXELS)
    for content in (b"", jpeg(), jpeg(_305="crackscope 2"), encode(photo, "PNG", pnginfo=other),
                    drawn()["mask.png"][:40], b"\x89PNG\r\n\x1a\ncrackscope"):  # fmt: skip
        assert not is_ours(content)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("crack", "sound"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "photo.jpg").write_bytes(jpeg())
    for name, content in drawn().items():
        (tmp_path / "crack" / name).write_bytes(content)
    return tmp_path


OURS = ["close-up.jpg", "mask.png", "overlay.jpg", "sheet.png"]


def test_they_are_skipped_in_folders_and_globs_and_taken_by_name(folder: Path) -> None:
    for argument in (str(folder), f"{folder}/*/*"):
        found = find([argument])
        assert [photo.name for photo in found.photos] == [
            f"{folder}/crack/photo.jpg", f"{folder}/sound/photo.jpg"
        ]  # fmt: skip
        assert sorted(found.skipped) == [f"{folder}/crack/{name}" for name in OURS]
        assert found.passed_over == 0
    named = f"{folder}/crack/overlay.jpg"
    assert [photo.name for photo in find([named]).photos] == [named]


def test_they_are_skipped_in_a_zip_file(folder: Path, tmp_path: Path) -> None:
    archive = Path(shutil.make_archive(str(tmp_path / "all"), "zip", folder, "crack"))
    found = find([str(archive)])
    assert [photo.name for photo in found.photos] == [f"{archive}/crack/photo.jpg"]
    assert sorted(found.skipped) == [f"{archive}/crack/{name}" for name in OURS]
    assert found.passed_over == 0


def test_nothing_is_learned_from_them(folder: Path) -> None:
    source = open_source(folder)
    assert source.names == ("crack/photo.jpg", "sound/photo.jpg")
    assert list(source.skipped) == [f"crack/{name}" for name in OURS]
    assert source.holds("crack/overlay.jpg"), "a CSV may list it"


def test_a_file_that_was_replaced_is_looked_at_again(tmp_path: Path) -> None:
    file = tmp_path / "a.jpg"
    assert not is_our_file(file)
    file.write_bytes(drawn()["overlay.jpg"])
    assert is_our_file(file)
    file.write_bytes(jpeg())
    assert not is_our_file(file)
    shutil.rmtree(tmp_path)
    assert not is_our_file(file)
