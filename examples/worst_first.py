"""Inspect a folder of photos and list the worst.

python examples/worst_first.py PHOTOS
"""

import sys
from pathlib import Path
from typing import Any

import crackscope


def main(photos: str, out: str = "inspected", **settings: Any) -> None:
    """Print score, verdict and place of the ten photos with the highest score."""
    outcome = crackscope.inspect(photos, out=Path(out), **settings)
    readable = [photo for photo in outcome.data if photo["status"] == "ok"]
    for photo in sorted(readable, key=lambda photo: -photo["score"])[:10]:
        found = photo.get("cracks") or photo.get("regions") or []
        places = [each["box"] for each in found]
        print(f"{photo['score']:.3f}  {photo['verdict']:8}  {photo['path']}  {places}")
    for reason in outcome.failed:
        print(f"not read: {reason}")
    print(f"pictures: {outcome.path / 'report.html'}")


if __name__ == "__main__":
    main(*sys.argv[1:])
