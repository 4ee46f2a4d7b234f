"""Labelled folders and photos for tests, drawn by the project itself; each picture once a run."""

import io
from functools import cache
from pathlib import Path
from typing import Literal

from PIL import Image

from crackscope.synthesis import scene

Layout = Literal["metu", "sdnet2018", "classes", "masks"]
_MASK_SIDE = 256


@cache
def patch_jpeg(label: int, size: int, seed: int) -> bytes:
    """A drawn patch as a JPEG file; label 1 shows a crack."""
    return _jpeg(Image.fromarray(scene.draw_patch(label, size, seed).pixels))


def patch_folder(
    folder: Path, n_per_class: int = 12, size: int = 64, layout: Layout = "metu", seed: int = 0
) -> Path:
    """Write drawn patches below `folder`, in one of the layouts that the readers know.

    `masks` holds pictures of 256 px with their masks, whatever `size` is.
    """
    for label in (0, 1):
        for index in range(n_per_class):
            number = seed + index
            if layout == "masks":
                _write_with_mask(folder, label, number)
                continue
            path = folder / _place(layout, label, index)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(patch_jpeg(label, size, number))
    return folder


def _place(layout: str, label: int, index: int) -> str:
    """The path of a patch as the layout wants it; in SDNET2018 four patches share a photo."""
    if layout == "metu":
        return f"{('Negative', 'Positive')[label]}/{index + 1:05d}.jpg"
    if layout == "sdnet2018":
        return f"W/{'UC'[label]}W/{7001 + index // 4 + 500 * label}-{index % 4 + 1}.jpg"
    return f"{('sound', 'cracked')[label]}/{index:03d}.jpg"


@cache
def _drawn_pair(label: int, seed: int) -> tuple[bytes, bytes]:
    drawn = scene.draw_patch(label, _MASK_SIDE, seed)
    mask = io.BytesIO()
    Image.fromarray((drawn.mask > 0.2).astype("uint8") * 255).save(mask, "PNG")
    return _jpeg(Image.fromarray(drawn.pixels)), mask.getvalue()


def _write_with_mask(folder: Path, label: int, seed: int) -> None:
    name = f"{('sound', 'cracked')[label]}_{seed:03d}"
    for part, suffix, content in zip(
        ("images", "masks"), (".jpg", ".png"), _drawn_pair(label, seed), strict=True
    ):
        (folder / part).mkdir(parents=True, exist_ok=True)
        (folder / part / f"{name}{suffix}").write_bytes(content)


def drawn_photo(
    path: Path, kind: str = "cracked", width: int = 480, height: int = 360, seed: int = 0
) -> Path:
    """Write a drawn photo of a wall as a JPEG; kinds as in `scene.KINDS`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_photo_jpeg(kind, height, width, seed))
    return path


@cache
def _photo_jpeg(kind: str, height: int, width: int, seed: int) -> bytes:
    return _jpeg(Image.fromarray(scene.draw_photo(kind, height, width, seed).pixels))


def _jpeg(image: Image.Image) -> bytes:
    content = io.BytesIO()
    image.save(content, "JPEG", quality=92)
    return content.getvalue()
