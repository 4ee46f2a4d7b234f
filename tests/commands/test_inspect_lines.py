"""`crackscope inspect` with a model that has lines: what is left on disk."""

import json
from pathlib import Path

import numpy as np
from PIL import Image

from crackscope.cli.main import run
from support_lines import cracked
from support_pictures import encode


def test_each_crack_has_a_close_up_and_each_photo_a_mask(
    lines_bundle: Path, tmp_path: Path
) -> None:
    site, out = tmp_path / "site", tmp_path / "out"
    site.mkdir()
    for name, crack in (("a", True), ("b", False)):
        (site / name).with_suffix(".png").write_bytes(encode(cracked(200, 300, crack=crack), "PNG"))
    arguments = [site, "--model", lines_bundle, "--out", out, "--masks", "--heat-map"]
    assert run(["inspect", *map(str, arguments)]) == 0
    found, sound = map(json.loads, (out / "results.jsonl").read_text().splitlines())
    assert (len(found["cracks"]), sound["cracks"]) == (1, [])
    left = {path.relative_to(out).as_posix() for path in out.rglob("*.*g") if path.is_file()}
    near, masks = {"close-ups/a.png.jpg/1.jpg"}, {"masks/a.png.png", "masks/b.png.png"}
    copies = {f"{folder}/{n}.png.jpg" for folder in ("overlays", "thumbnails") for n in "ab"}
    assert left == near | masks | copies
    marked = [np.asarray(Image.open(out / name)) for name in sorted(masks)]
    assert [(mask.shape, bool(mask.any())) for mask in marked] == [
        ((200, 300), True),
        ((200, 300), False),
    ]
    settings = json.loads((out / "settings.json").read_text())["settings"]
    assert settings["heat map"] == "yes"
    assert settings["threshold"] == found["threshold"], "of photos, not of windows"
    page = (out / "report.html").read_text(encoding="utf-8")
    assert f"From {found['threshold']:.4g} on, the verdict is crack" in page
    assert f"from {settings['unsure from']:.4g} on unsure" in page
