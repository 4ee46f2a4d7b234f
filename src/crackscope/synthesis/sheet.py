"""Generate a contact sheet of synthetic patches:

python -m crackscope.synthesis.sheet docs/pictures/synthesis.png
"""

import sys
from pathlib import Path

from PIL import Image

from crackscope.rendering.sheets import contact_sheet
from crackscope.synthesis import scene

_COLUMNS = 6
_COLOURS = 128


def write(file: Path) -> Path:
    """Write twelve cracked and twelve sound patches; a palette keeps the file small."""
    file.parent.mkdir(parents=True, exist_ok=True)
    scenes = [scene.draw_patch(label, 227, 100 + i) for label in (1, 0) for i in range(12)]
    captions = [_caption(patch) for patch in scenes]
    sheet = contact_sheet([patch.pixels for patch in scenes], captions, _COLUMNS, cell=136)
    sheet.quantize(_COLOURS, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
    return file


def _caption(patch: scene.Scene) -> str:
    """The width of the main crack, or else the distractors."""
    if patch.centre_lines:
        return f"crack {patch.centre_lines[0].widths.mean():.1f} px"
    return ", ".join(patch.distractors) or "sound"


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m crackscope.synthesis.sheet FILE.png")
    print(write(Path(sys.argv[1])))
