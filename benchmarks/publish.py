"""Make the package's model from a finished training, and write its figures wherever they stand.

    python benchmarks/publish.py STUDY/mobilenetv2-grouped-tuned-0 STUDY/study.json compare.json \\
        --runs CARD/* --surface surface.json --photos photos.json --int8 int8.json

CARD/* are run folders of `crackscope evaluate` with that training as the model: one on each data
set, one of --cross, one or more of --robustness. One source, four places: model.json, the card,
benchmarks/results/*.json, the table in README.md. tests/release/test_card.py fails where two of
them disagree.
"""

import argparse
import json
import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import evaluations
import figures
import sections
from crackscope import __version__
from crackscope.models import bundle
from crackscope.run_dir import write_atomically, write_json
from crackscope.training import pack

ROOT = Path(__file__).parents[1]
PRETRAINED = ROOT / "src" / "crackscope" / "models" / "pretrained"
RESULTS = ROOT / "benchmarks" / "results"
KNOBS = ROOT / "benchmarks" / "knobs.md"
README = ROOT / "README.md"
REGION = re.compile(r"(?<=<!-- figures:begin -->\n).*?(?=<!-- figures:end -->)", re.DOTALL)
WRITTEN = (bundle.JSON, bundle.CARD, bundle.SUMS)
"""Files of a bundle that are made anew; all others are those of the training."""
LARGEST_FILE, LARGEST_MODEL = 12_000_000, 20_000_000


def main() -> None:
    """Copy, describe, seal, check the sizes, and write the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("run", type=Path, help="a training of the study")
    parser.add_argument("study", type=Path, help="study.json")
    parser.add_argument("compare", type=Path, nargs="?", help="compare.json")
    parser.add_argument(
        "--runs", type=Path, nargs="+", required=True, help="run folders of crackscope evaluate"
    )
    parser.add_argument("--surface", type=Path, help="surface.json")
    parser.add_argument("--photos", type=Path, help="photos.json")
    parser.add_argument("--int8", type=Path, help="int8.json")
    arguments = parser.parse_args()
    model = bundle.load(arguments.run)
    results = {
        "study": read(arguments.study),
        "compare": read(arguments.compare),
        "evaluations": evaluations.gather(arguments.runs, model.identity),
        "surface": evaluations.of_pictures(read(arguments.surface), model.identity),
        "photos": evaluations.of_pictures(read(arguments.photos), model.identity),
        "int8": evaluations.of_pictures(read(arguments.int8), model.identity),
    }
    summary = figures.summarise(results["study"], results["compare"], model.identity)
    make(model, summary, described(summary, results))
    check_sizes(PRETRAINED)
    for name, document in results.items():
        write_json(RESULTS / f"{name}.json", document)
    page = README.read_text(encoding="utf-8")
    write_atomically(README, fill(page, figures.page(summary)))
    print(f"{bundle.load(bundle.PACKAGED).identity} from {model.identity}")


def read(path: Path | None) -> dict[str, Any]:
    """A JSON document; empty where none is given."""
    if path is None:
        return {}
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document


def described(
    summary: Mapping[str, Any], results: Mapping[str, Mapping[str, Any]]
) -> list[dict[str, str]]:
    """The card's sections, from the study and from what was evaluated besides."""
    first = {"title": "How good it is", "text": figures.page(summary)}
    knobs = KNOBS.read_text(encoding="utf-8")
    return [first, *(sections.build(results, summary, knobs) if results["evaluations"] else [])]


def make(
    model: bundle.Bundle, summary: Mapping[str, Any], card: Sequence[Mapping[str, str]]
) -> None:
    """Write every file of the package's model anew; `card`: the sections of its card."""
    shutil.rmtree(PRETRAINED, ignore_errors=True)
    PRETRAINED.mkdir()
    for path in model.folder.iterdir():
        if path.name not in WRITTEN:
            shutil.copyfile(path, PRETRAINED / path.name)
    names = {"name": bundle.PACKAGED, "version": __version__}
    pack.seal(PRETRAINED, {**model.info, **names, "figures": summary, "sections": list(card)})


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
