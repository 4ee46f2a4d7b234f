import json
from pathlib import Path

from PIL import Image

from crackscope.cli.main import run
from crackscope.images.exif import exif_of
from crackscope.images.metadata import metadata_of
from crackscope.types import Metadata
from support_exif import EXIF, phone
from support_pictures import encode, grey_photo, noise


def test_results_and_overlays_keep_what_the_file_says(tiny_bundle: Path, tmp_path: Path) -> None:
    site, out = tmp_path / "site", tmp_path / "out"
    grey_photo(site / "b.png", 200)
    (site / "a.jpg").write_bytes(encode(noise(300, 200), "JPEG", exif=phone().tobytes()))
    assert run(["inspect", str(site), "--model", str(tiny_bundle), "--out", str(out)]) == 0
    lines = (out / "results.jsonl").read_text(encoding="ascii").splitlines()
    first, second = (json.loads(line)["metadata"] for line in lines)
    assert first["camera"] == "Example X1"
    assert second is None
    with Image.open(out / "overlays" / "a.jpg") as overlay:
        exif = exif_of(overlay)
        assert metadata_of(exif) == Metadata.from_dict(first)
        details = exif.get_ifd(EXIF)
        assert (exif[274], details[0xA002], details[0xA003]) == (1, *overlay.size)


def test_a_full_overlay_is_as_large_as_the_photo(tiny_bundle: Path, tmp_path: Path) -> None:
    site, out = tmp_path / "site", tmp_path / "out"
    site.mkdir()
    (site / "a.jpg").write_bytes(encode(noise(2600, 300), "JPEG", exif=phone().tobytes()))
    command = ["inspect", str(site), "--model", str(tiny_bundle), "--out", str(out)]
    assert run([*command, "--overlay", "full"]) == 0
    with Image.open(out / "overlays" / "a.jpg") as overlay:
        assert overlay.height > 2600  # upright, above its legend
        assert overlay.height == exif_of(overlay).get_ifd(EXIF)[0xA003]
    assert run(command) == 2, "overlays of two sizes in one folder"
    assert run([*command, "--exist-ok"]) == 0
    with Image.open(out / "overlays" / "a.jpg") as overlay:
        assert overlay.height <= 2048
