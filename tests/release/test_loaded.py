"""How many of our modules an inspection loads: no more than what it meets."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from support_pictures import encode, noise

MOST_SOUND, MOST_CRACKED = 90, 109
"""What is loaded today, exactly: whoever adds a module to every inspection shall know it."""
COUNT = """
import sys
from crackscope.cli.main import run
code = run(sys.argv[1:])
print(code, *(name for name in sys.modules if name.partition(".")[0] == "crackscope"))
"""


def loaded(photo: Path, out: Path) -> set[str]:
    """Names of our modules after the inspection of one photo."""
    command = [sys.executable, "-c", COUNT, "inspect", str(photo), "--out", str(out)]
    plain = {
        name: value for name, value in os.environ.items() if not name.startswith("CRACKSCOPE_")
    }
    shown = subprocess.run(command, capture_output=True, encoding="utf-8", check=True, env=plain)
    code, *names = shown.stdout.splitlines()[-1].split()
    assert code == "0"
    return {name.removeprefix("crackscope.") for name in names}


def test_a_sound_photo_loads_what_it_needs(tmp_path: Path) -> None:
    photo = tmp_path / "wall.jpg"
    photo.write_bytes(encode(noise(600, 450) // 16 + 150))
    found = loaded(photo, tmp_path / "out")
    assert len(found) <= MOST_SOUND
    others = {"inspection.engines.ray", "runtimes.openvino", "runtimes.keras", "reporting.pdf"}
    others |= {"images.formats.tiff", "images.formats.heic", "images.large.png", "images.convert"}
    others |= {"inspection.sources.remote", "inspection.sources.video", "commands.train.settings"}
    others |= {"lines.find", "inspection.regions", "cli.completion", "rendering.mask"}
    others |= {"inspection.interactive", "commands.keywords", "types.evaluation", "cli.settings"}
    others |= {"graphs", "images.large.large_photo", "rendering.scale_bar", "reporting.drawing"}
    assert not found & others


def test_a_cracked_photo_loads_lines_too(tmp_path: Path) -> None:
    pixels = noise(600, 450) // 16 + 150
    down = np.arange(450)
    across = (300 + 12 * np.sin(down / 20)).astype(int)
    for offset in range(3):
        pixels[down, across + offset] = 30
    photo = tmp_path / "wall.jpg"
    photo.write_bytes(encode(pixels))
    found = loaded(photo, tmp_path / "out")
    assert "lines.find" in found
    assert len(found) <= MOST_CRACKED
