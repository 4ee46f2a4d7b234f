"""Draw the pictures of README and docs from the synthetic samples: report, overlay, badges.

    python scripts/make_pictures.py

Needs Chromium, for the report, and the packages of `.[dev]`. The pictures are of the packaged
model: make them anew when it or the report changes, and look at them.
"""

import contextlib
import shutil
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import ViewportSize, sync_playwright

import crackscope

ROOT = Path(__file__).parents[1]
PICTURES = ROOT / "docs" / "pictures"
CRACKED = "cracked_with_branch.jpg"
BROWSERS = ("chromium", "google-chrome", "chrome")
OVERLAY_SIZE = (900, 675)
REPORT_SIZE, SHOWN_SIZE = ViewportSize(width=1100, height=1375), (880, 1100)
BADGES = {
    "licence": ("licence", "Apache-2.0"),
    "python": ("Python", "3.11 to 3.13"),
    "checks": ("checks", "Linux"),
}
"""File -> what a badge says on its dark and on its coloured half. They state what is checked, not
that it passed: a picture in the repository cannot know that."""
_LETTER = 6.4
"""Width of a letter in px, about, at 11 px."""


def main() -> None:
    """Write all pictures to docs/pictures."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "site"
        with contextlib.chdir(ROOT):  # so that the report names no folder of this machine
            crackscope.inspect("samples", out=out, report="html")
        screenshot(out / "report.html", PICTURES / "report.png")
        with Image.open(out / "overlays" / CRACKED) as overlay:
            overlay.resize(OVERLAY_SIZE, Image.Resampling.LANCZOS).save(
                PICTURES / "overlay.jpg", quality=82, optimize=True
            )
    for name, (left, right) in BADGES.items():
        (PICTURES / f"{name}.svg").write_text(badge(left, right), encoding="utf-8")


def screenshot(page: Path, file: Path) -> None:
    """The top of a page, as Chromium shows it, in 128 colours."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        raise SystemExit(f"the report needs one of these browsers: {', '.join(BROWSERS)}")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        view = chromium.new_page(viewport=REPORT_SIZE)
        view.goto(page.as_uri())
        view.screenshot(path=file)
        chromium.close()
    with Image.open(file) as shown:
        small = shown.convert("RGB").resize(SHOWN_SIZE, Image.Resampling.LANCZOS)
        small.quantize(128).save(file, optimize=True)


def badge(left: str, right: str) -> str:
    """An SVG of 20 px height: two words on two grounds."""
    widths = [round(len(text) * _LETTER + 14) for text in (left, right)]
    total, right_px = sum(widths), widths[1] - 3
    middle = (widths[0] / 2, widths[0] + widths[1] / 2)
    text = "".join(
        f'<text x="{x:.1f}" y="14" text-anchor="middle" fill="#fff">{word}</text>'
        for x, word in zip(middle, (left, right), strict=True)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{total}" height="20" role="img" '
        f'aria-label="{left}: {right}" font-family="Verdana,DejaVu Sans,sans-serif" '
        f'font-size="11"><rect width="{total}" height="20" rx="3" fill="#555"/>'
        f'<path d="M{widths[0]} 0h{right_px}a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3h-{right_px}z" '
        f'fill="#1565c0"/>{text}</svg>\n'
    )


if __name__ == "__main__":
    main()
