"""Which photos are flagged as no concrete surface, of concrete and of anything else?

    python benchmarks/surface.py --concrete walls=FOLDER rissbilder=FOLDER --other NAME=FOLDER

Strangeness of each photo as `inspect` sees it: the share that is flagged in each folder, and the
AUROC of all concrete against each folder of other pictures. Forms, pages of text, charts, skies,
flat colours and noise are drawn here, and two photographs come with scikit-learn; `--other` adds
folders of your own.
"""

import argparse
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from sklearn.datasets import load_sample_images
from sklearn.metrics import roc_auc_score

import measuring
from crackscope.images.read import MAX_MEGAPIXELS, decode
from crackscope.inspection import surface
from crackscope.inspection.find import find
from crackscope.inspection.inspector import Inspector, load
from crackscope.types import Photo, Pixels

WIDTH, HEIGHT = 1280, 960
EACH = 5


def text(rng: np.random.Generator) -> Pixels:
    """A page of words."""
    page = Image.new("RGB", (WIDTH, HEIGHT), tuple(rng.integers(225, 256, 3).tolist()))
    size = int(rng.integers(18, 40))
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(size)
    for line in range(40, HEIGHT - size, int(1.5 * size)):
        letters = rng.integers(97, 123, 8 * WIDTH // size // 5)
        words = "".join(" " if rng.random() < 0.17 else chr(letter) for letter in letters)
        draw.text((40, line), words, fill=(20, 20, 30), font=font)
    return np.asarray(page)


def form(rng: np.random.Generator) -> Pixels:
    """Fields with their names, some ticked."""
    page = Image.new("RGB", (WIDTH, HEIGHT), "white")
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(22)
    for top in range(30, HEIGHT - 80, int(rng.integers(70, 110))):
        for left in range(30, WIDTH - 200, int(rng.integers(260, 420))):
            draw.text((left, top), f"Field {rng.integers(1000)}", fill="black", font=font)
            draw.rectangle((left, top + 28, left + 200, top + 60), outline=(60, 60, 60), width=2)
            if rng.random() < 0.5:
                draw.line((left + 10, top + 50, left + 180, top + 35), fill=(20, 40, 160), width=4)
    return np.asarray(page)


def chart(rng: np.random.Generator) -> Pixels:
    """Bars and a curve over a grid."""
    page = Image.new("RGB", (WIDTH, HEIGHT), "white")
    draw = ImageDraw.Draw(page)
    for line in range(0, HEIGHT, 80):
        draw.line((0, line, WIDTH, line), fill=(200, 200, 200), width=2)
    for left in range(20, WIDTH, 90):
        colour = tuple(rng.integers(0, 256, 3).tolist())
        draw.rectangle((left, int(rng.integers(100, 900)), left + 60, HEIGHT), fill=colour)
    heights = 480 + np.cumsum(rng.normal(0, 25, WIDTH // 8))
    draw.line([(8 * n, float(y)) for n, y in enumerate(heights)], fill=(200, 30, 30), width=5)
    return np.asarray(page)


def sky(rng: np.random.Generator) -> Pixels:
    """Blue that fades towards the horizon, with clouds."""
    down = np.linspace(0, 1, HEIGHT)[:, None, None]
    blue = (1 - down) * np.array([70, 130, 210]) + down * np.array([190, 215, 240])
    coarse = Image.fromarray(rng.normal(0, 1, (6, 8)).astype(np.float32)).resize((WIDTH, HEIGHT), 3)
    clouds = np.clip(np.asarray(coarse)[..., None] - rng.uniform(0, 1), 0, 1)
    grain = rng.normal(0, 2, (HEIGHT, WIDTH, 3))
    pixels: Pixels = np.clip(blue * (1 - clouds) + 245 * clouds + grain, 0, 255).astype(np.uint8)
    return pixels


def flat(rng: np.random.Generator) -> Pixels:
    """One strong colour, or one that fades into another."""
    ends = rng.integers(0, 256, (2, 3))
    across = np.linspace(0, rng.integers(2), WIDTH)[None, :, None]
    return np.tile((1 - across) * ends[0] + across * ends[1], (HEIGHT, 1, 1)).astype(np.uint8)


def noise(rng: np.random.Generator) -> Pixels:
    """Coloured noise in blocks of one to eight pixels."""
    block = 2 ** int(rng.integers(4))
    cells = rng.integers(0, 256, (HEIGHT // block, WIDTH // block, 3), dtype=np.uint8)
    return cells.repeat(block, axis=0).repeat(block, axis=1)


DRAWN: dict[str, Callable[[np.random.Generator], Pixels]] = {
    "text": text,
    "form": form,
    "chart": chart,
    "sky": sky,
    "flat": flat,
    "noise": noise,
}


def drawn(name: str) -> Iterator[Photo]:
    """The same few pictures of a kind every time."""
    for seed in range(EACH):
        yield Photo(f"{name} {seed}", DRAWN[name](np.random.default_rng(seed)))


def sample_photos() -> Iterator[Photo]:
    """A temple and a flower."""
    samples = load_sample_images()
    for name, pixels in zip(samples.filenames, samples.images, strict=True):
        yield Photo(Path(name).name, np.ascontiguousarray(pixels))


def folder(path: Path, most: int) -> Iterator[Photo]:
    """Up to `most` photos of a folder, evenly spaced."""
    sources = find([str(path)]).photos
    for source in sources[:: -(-len(sources) // most)]:
        yield decode(source.content(MAX_MEGAPIXELS), source.name)


def strangeness(inspector: Inspector, photos: Iterable[Photo]) -> dict[str, float]:
    """Of each photo, by name."""
    known = inspector.concrete
    if known is None:
        raise SystemExit(f"{inspector.bundle.identity} has no surface.npz: it flags nothing")
    found = {}
    for photo in photos:
        (found[photo.path],) = known.of_photos([photo], [inspector.frame(photo)])
    return found


def facts(values: NDArray[np.float64]) -> dict[str, Any]:
    """How strange the photos of a folder are."""
    flagged = int((values > surface.LIMIT).sum())
    return {"photos": len(values), "flagged": flagged, "median": round(float(np.median(values)), 3)}


def main(arguments: Sequence[str] | None = None) -> None:
    """Look at every photo, then compare."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--model", default="crackscope")
    parser.add_argument(
        "--concrete", nargs="+", type=measuring.named_folder, required=True, metavar="NAME=FOLDER"
    )
    parser.add_argument(
        "--other", nargs="*", type=measuring.named_folder, default=[], metavar="NAME=FOLDER"
    )
    parser.add_argument("--most", type=int, default=400, help="photos of a folder")
    parser.add_argument("--out", type=Path, default=Path("runs/benchmark"))
    given = parser.parse_args(arguments)
    inspector = load(given.model, "cpu")
    concrete = {name: folder(path, given.most) for name, path in given.concrete}
    others = {f"drawn {name}": drawn(name) for name in DRAWN} | {"sample photos": sample_photos()}
    others |= {name: folder(path, given.most) for name, path in given.other}
    rows, found = compare(inspector, concrete, others)
    document = {
        "model": inspector.bundle.identity,
        "limit": surface.LIMIT,
        "sets": rows,
        "strangeness": found,
    }
    measuring.save(given.out, "surface", document, shown(rows))


def compare(
    inspector: Inspector,
    concrete: Mapping[str, Iterable[Photo]],
    others: Mapping[str, Iterable[Photo]],
) -> tuple[dict[str, dict[str, Any]], dict[str, dict[str, float]]]:
    """Facts of every set and of all, and the strangeness of each picture that is no concrete."""
    known = {name: _array(strangeness(inspector, photos)) for name, photos in concrete.items()}
    found = {name: strangeness(inspector, photos) for name, photos in others.items()}
    known["all concrete"] = np.concatenate(list(known.values()))
    strange = {name: _array(photos) for name, photos in found.items()}
    strange["all others"] = np.concatenate(list(strange.values()))
    rows = {name: facts(values) for name, values in known.items()}
    for name, values in strange.items():
        labels = np.repeat([0, 1], [len(known["all concrete"]), len(values)])
        auroc = roc_auc_score(labels, np.concatenate([known["all concrete"], values]))
        rows[name] = {**facts(values), "auroc": round(float(auroc), 4)}
    return rows, found


def _array(photos: Mapping[str, float]) -> NDArray[np.float64]:
    return np.array(list(photos.values()))


def shown(rows: Mapping[str, Mapping[str, Any]]) -> str:
    """As a table."""
    head = ("pictures", "photos", "flagged", "median strangeness", "AUROC against all concrete")
    lines = [
        (name, row["photos"], row["flagged"], row["median"], row.get("auroc", ""))
        for name, row in rows.items()
    ]
    return measuring.table(head, lines)


if __name__ == "__main__":
    main()
