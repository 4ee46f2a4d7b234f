"""Make the packaged model from a bundle, and update all its published figures.

    python benchmarks/publish.py BUNDLE --training RUN --lines lines.json --runs CARD/* \\
        --photos photos.json --int8 int8.json --whole-photos whole_photos.json --metu metu.json
    python benchmarks/publish.py crackscope --whole-photos whole_photos.json

BUNDLE is a folder made by calibrate.py, or `crackscope`, the packaged model, to update figures
only. RUN is its run folder of train.py. CARD/* are run folders of `crackscope evaluate`: one on
each data set, one of --cross, one or more of --robustness.

Results of other models are refused. Results are kept in benchmarks/results/; figures that were
never measured for this model are marked as missing. One source, five places: model.json, the card,
benchmarks/results/*.json, README.md, docs/figures.md. --study and --compare, of other models, go to
docs/recipes.md. tests/release/test_card.py fails if two of them disagree.

model.json, for the card: `name`, `version`, `backbone`, `input` (`window`, `size`), `thresholds`
(`lower`, `upper`), `calibration` (`method`, `temperature`, `fitted_on`; `cracks`: a description of
how the score of a crack was fitted), for a model with lines `lines` (`ask`, `score`) and `blend`
(`full`, `half`, `bias`, `above`), `parity`, `int8`, `metrics`. `data`, `started_from`, `training`
and `licence` come from training.py with --training, otherwise from `crackscope train`. `figures`
and `sections` are written here.
"""

import argparse
import json
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import evaluations
import figures
import recipes
import sections
import training
from crackscope import __version__
from crackscope.models import bundle
from crackscope.run_dir import write_atomically, write_json
from crackscope.training import pack

ROOT = Path(__file__).parents[1]
PRETRAINED = ROOT / "src" / "crackscope" / "models" / "pretrained"
RESULTS = ROOT / "benchmarks" / "results"
KNOBS = ROOT / "benchmarks" / "knobs.md"
README, PAGE, RECIPES = (
    ROOT / name for name in ("README.md", "docs/figures.md", "docs/recipes.md")
)
REGION = re.compile(r"(?<=<!-- figures:begin -->\n).*?(?=<!-- figures:end -->)", re.DOTALL)
WRITTEN = (bundle.JSON, bundle.CARD, bundle.SUMS)
"""Files of a bundle that are generated; all others are copied."""
LARGEST_FILE, LARGEST_MODEL = 12_000_000, 20_000_000
EVALUATIONS, METU = "evaluations", "metu"
OF_THE_MODEL = ("lines", EVALUATIONS, "photos", "int8", "whole_photos")
NAMES = (*OF_THE_MODEL, METU)
"""Results for README.md, docs/figures.md and the card. METU's are of short trainings by one recipe:
they name no model, and belong to the model that they were published with."""


def main() -> None:
    """Copy, describe, seal, check the sizes, and write the tables."""
    arguments = parse()
    model = bundle.load(arguments.bundle)
    identities = known_as(model)
    results = {name: {} for name in NAMES} | kept(identities) | given(arguments, identities)
    info = dict(model.info)
    if arguments.training:
        info = {k: v for k, v in info.items() if k != "split"}
        info |= training.facts(arguments.training, arguments.origin)
    make(model, described(info, results, referred_to(results, identities)))
    check_sizes(PRETRAINED)
    for name, document in results.items():
        save(name, document)
    for path, text in tables(results).items():
        write_atomically(path, fill(path.read_text(encoding="utf-8"), text))
    publish_recipes(arguments.study, arguments.compare)
    missing = ", ".join(name for name, document in results.items() if not document)
    print(f"{bundle.load().identity} from {model.identity}; not measured: {missing or 'nothing'}")


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("bundle", help="folder, or crackscope")
    parser.add_argument("--training", type=Path, help="folder of train.py")
    parser.add_argument("--origin", default="", help="description of the encoder's initial weights")
    parser.add_argument("--runs", type=Path, nargs="+", help="run folders of crackscope evaluate")
    for name in ("lines", "photos", "int8", "whole-photos", METU, "study", "compare"):
        parser.add_argument(f"--{name}", type=Path, help=f"{name.replace('-', '_')}.json")
    return parser.parse_args()


def known_as(model: bundle.Bundle) -> list[str]:
    """The identities of this network: that of its bundle, and those it had in the package, where
    new figures change model.json."""
    packaged = bundle.load()
    before = list(packaged.info["figures"]["known_as"])
    if model.identity == packaged.identity or model.identity in before:
        return list(dict.fromkeys([*before, packaged.identity]))
    return [model.identity]


def referred_to(results: figures.Results, identities: list[str]) -> list[str]:
    """The first, that of the bundle, and those named in a result."""
    named = {document.get("model") for document in results.values()}
    return [each for each in identities if each == identities[0] or each in named]


def kept(identities: list[str]) -> dict[str, Any]:
    """The published results of this model."""
    found = {name: read(RESULTS / f"{name}.json") for name in OF_THE_MODEL}
    found = {name: value for name, value in found.items() if value.get("model") in identities}
    return found | ({METU: read(RESULTS / f"{METU}.json")} if len(identities) > 1 else {})


def given(arguments: argparse.Namespace, identities: list[str]) -> dict[str, Any]:
    """The results of the command line. Raises SystemExit if one belongs to another model."""
    found = {} if not arguments.runs else evaluations.gather(arguments.runs, identities)
    paths = {name: getattr(arguments, name) for name in NAMES if name != EVALUATIONS}
    results = {name: read(path) for name, path in paths.items() if path}
    for name in set(results) - {METU}:
        evaluations.check(f"{name}.json", results[name], identities)
    return results | ({EVALUATIONS: found} if found else {})


def read(path: Path) -> dict[str, Any]:
    """A JSON document, or an empty one if there is no file."""
    if not path.exists():
        return {}
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document


def described(
    info: Mapping[str, Any], results: figures.Results, identities: list[str]
) -> dict[str, Any]:
    """model.json with its figures and the card's sections."""
    first = {"title": "How good it is", "text": figures.page(results).rstrip("\n")}
    knobs = KNOBS.read_text(encoding="utf-8")
    return {
        **info,
        "name": bundle.PACKAGED,
        "version": __version__,
        "figures": {"known_as": identities},
        "sections": [first, *sections.build(results, info, knobs)],
    }


def make(model: bundle.Bundle, info: Mapping[str, Any]) -> None:
    """Write all files of the packaged model."""
    if model.folder.resolve() != PRETRAINED.resolve():
        shutil.rmtree(PRETRAINED, ignore_errors=True)
        PRETRAINED.mkdir()
        for name in model.files.difference(WRITTEN):
            shutil.copyfile(model.file(name), PRETRAINED / name)
    pack.seal(PRETRAINED, info)


def save(name: str, document: Mapping[str, Any]) -> None:
    """Keep a result, and remove those of other models."""
    path = RESULTS / f"{name}.json"
    if document:
        write_json(path, document)
    else:
        path.unlink(missing_ok=True)


def tables(results: figures.Results) -> dict[Path, str]:
    """Page -> text between its marks: the short table, or all tables."""
    return {
        README: figures.summary(results),
        PAGE: figures.page(results).replace("](benchmarks/", "](../benchmarks/"),
    }


def publish_recipes(study: Path | None, compare: Path | None) -> None:
    """Keep study and comparison, if given, and write their page."""
    for name, path in (("study", study), ("compare", compare)):
        if path is not None:
            save(name, read(path))
    documents = (read(RESULTS / f"{name}.json") for name in ("study", "compare"))
    page = RECIPES.read_text(encoding="utf-8")
    write_atomically(RECIPES, fill(page, recipes.page(*documents)))


def check_sizes(folder: Path) -> None:
    """Refuse a model that is too large for the package."""
    sizes = {path.name: path.stat().st_size for path in folder.iterdir()}
    large = [name for name, size in sizes.items() if size > LARGEST_FILE]
    if large or sum(sizes.values()) > LARGEST_MODEL:
        raise SystemExit(f"The model is too large for the package. Received: {sizes}.")


def fill(page: str, text: str) -> str:
    """A page with the text between its marks replaced."""
    if not REGION.search(page):
        raise SystemExit("The page must hold <!-- figures:begin --> and <!-- figures:end -->.")
    return REGION.sub(lambda _: f"\n{text}\n", page)


if __name__ == "__main__":
    main()
