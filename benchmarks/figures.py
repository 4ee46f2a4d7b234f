"""Tables of the packaged model for README.md, docs/figures.md and the card.

README.md has a short table; docs/figures.md and the card have all tables: whole photos, patches,
METU and speed. Each comes from one result, and states if it was not measured for this model.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import measuring
from crackscope.evaluation.lines.measures import F1, FALSE_CRACKS, PRECISION, RECALL
from evaluations import CROSS, SURFACES
from measuring import NONE, interval

NOT_YET = "Not measured yet for this model."
TRAINED_ON = "metu"
"""The training data, whose figures are in-sample."""
CALLED = ("called_crack", "flagged")
HALVES = {"all": "", "odd": ", odd half"}
LINES = (PRECISION, RECALL, F1)
PATCHES = {"auroc": "AUROC", "recall_at_5pct_false_alarms": "recall at 5 % false alarms"}

Results = Mapping[str, Mapping[str, Any]]
"""By name: lines, evaluations, whole_photos, metu and others; empty if not measured."""


def summary(results: Results) -> str:
    """Markdown for README.md: five rows, on the odd half of the photos if there is one."""
    lines, speed = results["lines"], results["whole_photos"]
    rows = [
        ["sound walls called `crack`", *_of(lines, "walls", "called_crack")],
        ["cracked walls called `crack` or `unsure`", *_of(lines, "rissbilder", "flagged")],
        ["line F1 on cracked walls", *_of(lines, "rissbilder", F1)],
        ["cracked asphalt called `crack` or `unsure`", *_of(lines, "crack500", "flagged")],
        ["speed of `inspect`, megapixels per second", *_rates(speed)],
    ]
    return measuring.table(["metric", "value", "measured on"], rows)


def _of(lines: Mapping[str, Any], name: str, figure: str) -> tuple[str, str]:
    """A figure of a data set with its number of photos, on the odd half if known."""
    halves = lines.get("figures", {}).get(name)
    if not halves:
        return NOT_YET, name
    half = "odd" if "odd" in halves else "all"
    found = halves[half]
    text = interval(found["lines"]["metrics"].get(F1)) if figure == F1 else _rate(found[figure])
    return text, f"{name}{HALVES[half]}"


def _rates(speed: Mapping[str, Any]) -> tuple[str, str]:
    if not speed:
        return NOT_YET, NONE
    machine, cores = speed["machine"]["processor"], speed["cores"]
    rate = measuring.shown(speed["megapixels_per_second"]["inspect"])
    return rate, f"{machine}, {cores} cores, file input and output included"


def page(results: Results) -> str:
    """Markdown for docs/figures.md and the first section of the card; the link is relative to
    README.md, as in the card."""
    parts = (
        ("Whole photos without cracks", _sound(results["lines"])),
        ("Whole photos with cracks, and their lines", _cracked(results["lines"])),
        ("Patches of data sets not used for training", _patches(results["evaluations"])),
        ("METU", _metu(results["metu"])),
        ("Speed", _speed(results["whole_photos"])),
    )
    tables = [f"**{title}**\n\n{text or NOT_YET + chr(10)}" for title, text in parts]
    return "\n".join([*tables, _explanation(results)])


def _sets(lines: Mapping[str, Any], cracked: bool) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Name and figures of each data set and its odd half, with or without cracks."""
    for name, halves in lines["figures"].items():
        if is_cracked(lines, name) == cracked:
            for half, suffix in HALVES.items():
                if half in halves:
                    yield name + suffix, halves[half]


def is_cracked(lines: Mapping[str, Any], name: str) -> bool:
    """Whether a data set has photos with cracks, and so figures of lines."""
    found = lines["figures"][name]["all"]["lines"]
    return bool(lines["sets"][name]["masks"] if found is None else RECALL in found["metrics"])


def _sound(lines: Mapping[str, Any]) -> str:
    if not lines:
        return ""
    rows = [
        [
            name,
            f"{found['photos']} ({found['megapixels']:.1f})",
            *(_rate(found[said]) for said in CALLED),
            NONE if found["lines"] is None else interval(found["lines"]["metrics"][FALSE_CRACKS]),
            _rate(found["material_other"]),
        ]
        for name, found in _sets(lines, cracked=False)
    ]
    head = ["data set", "photos (MP)", "called `crack`", "`crack` or `unsure`"]
    return measuring.table([*head, "false cracks per megapixel", "material `other`"], rows)


def _cracked(lines: Mapping[str, Any]) -> str:
    if not lines:
        return ""
    rows = [
        [
            name,
            str(found["photos"]),
            *(_rate(found[said]) for said in CALLED),
            *(
                NONE if found["lines"] is None else interval(found["lines"]["metrics"].get(figure))
                for figure in LINES
            ),
        ]
        for name, found in _sets(lines, cracked=True)
    ]
    head = ["data set", "photos", "called `crack`", "`crack` or `unsure`"]
    return measuring.table([*head, "line precision", "line recall", "line F1"], rows)


def _patches(evaluations: Mapping[str, Any]) -> str:
    found: dict[str, Any] = dict(evaluations.get(SURFACES, {}))
    for matrix in evaluations.get(CROSS, {}).values():
        own = (cell for cell in matrix["matrix"] if cell["train"] is None and cell["metrics"])
        found |= {cell["test"]: cell for cell in own if cell["test"] not in found}
    rows = [
        [
            name,
            f"{run['counts']['crack']}, {run['counts']['sound']}",
            *(interval(run["metrics"][figure]) for figure in PATCHES),
        ]
        for name, run in found.items()
        if name != TRAINED_ON and all(figure in run["metrics"] for figure in PATCHES)
    ]
    return measuring.table(["data set", "cracked, sound", *PATCHES.values()], rows) if rows else ""


def _metu(metu: Mapping[str, Any]) -> str:
    """`metu`: runs with `seed`, `accuracy` and `auroc`, each leak-free, from ImageNet weights."""
    if not metu:
        return ""
    accuracy, auroc = (
        measuring.shown(measuring.spread([run[figure] for run in metu["runs"]]), 4)
        for figure in ("accuracy", "auroc")
    )
    return (
        f"{len(metu['runs'])} runs of `crackscope train` from ImageNet weights, head only, on "
        "frozen features. Each is tested on a subset of METU that shares no photo and no copy with "
        f"the other subsets: accuracy {accuracy}, AUROC {auroc} (median, lowest and highest). "
        f"Contradicted labels: {len(metu['contradicted'])}, listed in "
        "`benchmarks/results/metu.json`. The packaged model was trained on all METU patches "
        "available to this project, so its own METU metrics are not reported. Neither predicts the "
        "metrics on your walls.\n"
    )


def _speed(whole_photos: Mapping[str, Any]) -> str:
    if not whole_photos:
        return ""
    rates = whole_photos["megapixels_per_second"]
    int8 = f", with `--precision int8` {measuring.shown(rates['int8'])}" if "int8" in rates else ""
    return (
        f"`crackscope inspect`, start-up and file output included, "
        f"{whole_photos['cores']} cores ({whole_photos['machine']['processor']}), megapixels per "
        f"second: {measuring.shown(rates['inspect'])}{int8} (median, lowest and highest).\n"
    )


def _explanation(results: Results) -> str:
    halves = any("odd" in found for found in results["lines"].get("figures", {}).values())
    odd = (
        "Odd half: photos with an odd number in their file names; choices were made on the even "
        "half. The card lists them, and earlier choices that used whole data sets. "
    )
    return (
        "Brackets: 95 % intervals over source photos, unless stated otherwise. Except METU, none "
        "of these data sets was used for training. Line metrics and false cracks count every "
        "listed crack, also those below the `crack` threshold. "
        f"{odd if halves else ''}Further metrics: the model card. Commands: "
        "[benchmarks](benchmarks/README.md).\n"
    )


def _rate(found: Mapping[str, Any] | None) -> str:
    """'3 of 122: 0.025 (0.008 to 0.070)'."""
    return (
        NONE if found is None else f"{found['count']} of {found['of']}: {interval(found['rate'])}"
    )
