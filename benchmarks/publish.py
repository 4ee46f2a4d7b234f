"""Make the package's model from a finished training, and write its figures wherever they stand.

    python benchmarks/publish.py STUDY/mobilenetv2-grouped-0 STUDY/study.json compare.json

One source, four places: benchmarks/results/*.json, model.json, the card, the table in README.md.
tests/release/test_card.py fails where two of them disagree.
"""

import argparse
import json
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import figures
from crackscope import __version__
from crackscope.models import bundle
from crackscope.run_dir import write_atomically, write_json
from crackscope.training import pack

ROOT = Path(__file__).parents[1]
PRETRAINED = ROOT / "src" / "crackscope" / "models" / "pretrained"
RESULTS = ROOT / "benchmarks" / "results"
README = ROOT / "README.md"
REGION = re.compile(r"(?<=<!-- figures:begin -->\n).*?(?=<!-- figures:end -->)", re.DOTALL)
FILES = (bundle.ONNX, bundle.KERAS, bundle.GOLDEN, bundle.TRAINED_ON)
LARGEST_FILE, LARGEST_MODEL = 12_000_000, 20_000_000


def main() -> None:
    """Copy, describe, seal, check the sizes, and write the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("run", type=Path, help="a training of the study")
    parser.add_argument("study", type=Path, help="study.json")
    parser.add_argument("compare", type=Path, nargs="?", help="compare.json")
    arguments = parser.parse_args()
    study = read(arguments.study)
    compare = read(arguments.compare) if arguments.compare else None
    model = bundle.load(arguments.run)
    summary = figures.summarise(study, compare, model.identity)
    make(model, summary)
    check_sizes(PRETRAINED)
    write_json(RESULTS / "study.json", study)
    if compare is not None:
        write_json(RESULTS / "compare.json", compare)
    page = README.read_text(encoding="utf-8")
    write_atomically(README, fill(page, figures.page(summary)))
    print(f"{bundle.load(bundle.PACKAGED).identity} from {model.identity}")


def read(path: Path) -> dict[str, Any]:
    """A JSON document."""
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document


def make(model: bundle.Bundle, summary: Mapping[str, Any]) -> None:
    """Write every file of the package's model."""
    PRETRAINED.mkdir(exist_ok=True)
    for name in FILES:
        shutil.copyfile(model.file(name), PRETRAINED / name)
    names = {"name": bundle.PACKAGED, "version": __version__}
    sections = [{"title": "How good it is", "text": figures.page(summary)}]
    pack.seal(PRETRAINED, {**model.info, **names, "figures": summary, "sections": sections})


def check_sizes(folder: Path) -> None:
    """Refuse a model that is too large for the package."""
    sizes = {path.name: path.stat().st_size for path in folder.iterdir()}
    large = [name for name, size in sizes.items() if size > LARGEST_FILE]
    if large or sum(sizes.values()) > LARGEST_MODEL:
        raise SystemExit(f"the model is too large for the package: {sizes}")


def fill(page: str, text: str) -> str:
    """README with the text between its two marks."""
    if not REGION.search(page):
        raise SystemExit("README.md lacks <!-- figures:begin --> and <!-- figures:end -->")
    return REGION.sub(lambda _: f"\n{text}\n", page)


if __name__ == "__main__":
    main()
