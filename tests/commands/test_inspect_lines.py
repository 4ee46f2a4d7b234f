"""`crackscope inspect` with a model with lines: the files it writes."""

import json
import shutil
from pathlib import Path

import numpy as np
from PIL import Image

from crackscope.cli.main import run
from crackscope.models.bundle import seal
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


def test_a_report_names_the_limits_that_decided(lines_bundle: Path, tmp_path: Path) -> None:
    """Thresholds of photos with lines, not of windows."""
    bundle, out = tmp_path / "model", tmp_path / "out"
    shutil.copytree(lines_bundle, bundle)
    info = json.loads((bundle / "model.json").read_text())
    info["cracks"] = {**info.get("cracks", {}), "lower": 0.123, "upper": 0.456}
    (bundle / "model.json").write_text(json.dumps(info))
    seal(bundle)
    (tmp_path / "a.png").write_bytes(encode(cracked(200, 300), "PNG"))
    assert run(["inspect", str(tmp_path / "a.png"), "--model", str(bundle), "--out", str(out)]) == 0
    (found,) = map(json.loads, (out / "results.jsonl").read_text().splitlines())
    settings = json.loads((out / "settings.json").read_text())["settings"]
    assert (settings["threshold"], settings["unsure from"]) == (found["threshold"], 0.123)
    assert settings["threshold, of photos of one window"] == info["thresholds"]["upper"]
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "At 0.456 or above the verdict is crack, at 0.123 or above unsure" in page
