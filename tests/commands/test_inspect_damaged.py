"""Damaged copies of synthetic photos in all formats: a result or a named error, never a crash."""

import json
import random
import sys
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from crackscope.cli.main import run
from crackscope.synthesis import scene
from support_exif import phone
from support_heic import heic
from support_pictures import encode
from support_tiff import dng, tiff

COUNT = 500


@cache
def drawn() -> dict[str, bytes]:
    pixels = scene.draw_photo("cracked", 96, 128, 1).pixels
    photo = Image.fromarray(pixels)
    deep = Image.fromarray(pixels[..., 0].astype(np.uint16) * 257)
    exif = phone().tobytes()
    jpeg = encode(photo, "JPEG", exif=exif)
    return {
        "jpg": jpeg,
        "progressive.jpg": encode(photo, "JPEG", progressive=True),
        "cmyk.jpg": encode(photo.convert("CMYK"), "JPEG"),
        "two.mpo": encode(photo, "MPO", save_all=True, append_images=[photo]),
        "png": encode(photo, "PNG", exif=exif),
        "palette.png": encode(photo.quantize(32), "PNG", transparency=3),
        "deep.png": encode(deep, "PNG"),
        "webp": encode(photo, "WEBP", exif=exif),
        "lossless.webp": encode(photo, "WEBP", lossless=True),
        "tif": encode(photo, "TIFF", exif=exif),
        "lzw.tif": encode(photo, "TIFF", compression="tiff_lzw"),
        "jpeg.tif": encode(photo, "TIFF", compression="jpeg"),
        "tiled.tif": tiff(pixels, tile=32, big=True),
        "deep.tif": encode(deep, "TIFF", compression="tiff_adobe_deflate"),
        "gif": encode(photo, "GIF", save_all=True, append_images=[photo]),
        "bmp": encode(photo, "BMP"),
        "ppm": encode(photo, "PPM"),
        "jp2": encode(photo, "JPEG2000"),
        "avif": encode(photo, "AVIF", exif=exif),
        "dng": dng((128, 96), [jpeg]),
        "heic": heic(),
    }


def flip_bits(content: bytearray, chance: random.Random) -> None:
    for _ in range(chance.choice((1, 4, 64))):
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)


def cut_off(content: bytearray, chance: random.Random) -> None:
    del content[chance.randrange(len(content)) :]


def scramble_the_header(content: bytearray, chance: random.Random) -> None:
    for place in chance.sample(range(min(200, len(content))), 6):
        content[place] = chance.randrange(256)


def wipe_a_block(content: bytearray, chance: random.Random) -> None:
    start = chance.randrange(len(content))
    end = min(len(content), start + chance.choice((16, 512, 4096)))
    content[start:end] = bytes(end - start)


def lose_a_block(content: bytearray, chance: random.Random) -> None:
    start = chance.randrange(len(content))
    del content[start : start + chance.choice((1, 100, 2000))]


def wear_another_header(content: bytearray, chance: random.Random) -> None:
    other = chance.choice(list(drawn().values()))
    content[:16] = other[:16]


DAMAGES: list[Callable[[bytearray, random.Random], None]] = [
    flip_bits,
    cut_off,
    scramble_the_header,
    wipe_a_block,
    lose_a_block,
    wear_another_header,
]


def damaged(folder: Path, originals: Mapping[str, bytes], seed: int) -> None:
    chance = random.Random(seed)
    kinds = list(originals.items())
    for index in range(COUNT):
        name, original = kinds[index % len(kinds)]
        content = bytearray(original)
        DAMAGES[index // len(kinds) % len(DAMAGES)](content, chance)
        (folder / f"{index:03}.{name}").write_bytes(content)


def memory_mb() -> float:
    """Peak memory of this process so far."""
    resource = pytest.importorskip("resource")
    peak = float(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10


@pytest.mark.timeout(240)
def test_each_damaged_photo_has_a_result_or_a_reason(tiny_bundle: Path, tmp_path: Path) -> None:
    failed = inspect_damaged(drawn(), tiny_bundle, tmp_path, megapixels=4, memory=600)
    assert 0.3 * COUNT < failed < 0.8 * COUNT


@pytest.mark.timeout(1200)
def test_damaged_copies_of_real_photos(
    tiny_bundle: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    folder = request.config.getoption("--photos")
    if folder is None:
        pytest.skip("no photos of others are in the repository: give some with --photos FOLDER")
    originals = {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
    assert inspect_damaged(originals, tiny_bundle, tmp_path, megapixels=50, memory=1500) > 0


def inspect_damaged(
    originals: Mapping[str, bytes], model: Path, folder: Path, megapixels: int, memory: int
) -> int:
    """Number of failures among `COUNT` damaged copies; each has a result or a reason."""
    site, out = folder / "site", folder / "out"
    site.mkdir()
    damaged(site, originals, seed=7)
    arguments = ["--model", str(model), "--out", str(out), "--max-megapixels", str(megapixels)]
    before = memory_mb()
    assert run(["inspect", str(site), *arguments, "--workers", "2"]) == 3
    assert memory_mb() - before < memory
    results = [json.loads(line) for line in (out / "results.jsonl").read_text().splitlines()]
    assert [Path(result["path"]).name for result in results] == sorted(
        path.name for path in site.iterdir()
    )
    failed = [result for result in results if result["status"] == "failed"]
    errors = [json.loads(line) for line in (out / "errors.jsonl").read_text().splitlines()]
    assert errors == failed
    for result in failed:
        assert result["error"]["message"]
        assert " at 0x" not in result["error"]["message"]  # the same file, the same words
    assert len(list((out / "overlays").rglob("*.jpg"))) == COUNT - len(failed)
    return len(failed)
