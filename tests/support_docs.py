"""What documents show: commands, and code; and a folder in which both can be run."""

import re
import shutil
from pathlib import Path

from support import drawn_photo, patch_folder

ROOT = Path(__file__).parents[1]
_INDENTED = re.compile(r"(?:^(?: {4}[^\n]*)?\n)+", re.MULTILINE)
_PYTHON = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
_FIRST = re.compile(r"(?:^|&& )(?:\.venv/bin/)?crackscope (?P<rest>[^&|#]+)")


def shell_lines(text: str) -> list[str]:
    """Lines of blocks that are indented, continued ones joined; fenced code is left out."""
    outside = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    lines = [line[4:] for line in outside.splitlines() if line.startswith("    ")]
    return [line.strip() for line in "\n".join(lines).replace("\\\n", " ").splitlines()]


def crackscope_commands(text: str) -> list[str]:
    """What follows `crackscope` in the shell lines of a document."""
    found = [_FIRST.search(line) for line in shell_lines(text)]
    return [match["rest"].strip() for match in found if match]


def python_blocks(text: str) -> list[str]:
    """The fenced Python of a document, in order."""
    return _PYTHON.findall(text)


def workplace(folder: Path) -> Path:
    """A folder with all that documents name: samples, PHOTOS, PATCHES and OTHER."""
    (folder / "samples").mkdir()
    for name in ("cracked_with_branch.jpg", "joint_only.jpg"):
        shutil.copyfile(ROOT / "samples" / name, folder / "samples" / name)
    for number, kind in enumerate(("cracked", "sound")):
        drawn_photo(folder / "PHOTOS" / f"{kind}.jpg", kind, 600, 800, number)
    patch_folder(folder / "PATCHES", 40, layout="classes")
    patch_folder(folder / "OTHER", 24, layout="classes", seed=500)
    return folder
