"""Validate a model on a site: sample windows, have them labelled, evaluate, adapt."""

import shlex
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np

from crackscope import environment, extras
from crackscope.arguments import checked, make
from crackscope.commands import Outcome
from crackscope.commands.keywords import ValidateKeywords
from crackscope.commands.skeleton import deciding, results_folder
from crackscope.commands.validate.settings import ValidateConfig
from crackscope.datasets.readers import open_dataset
from crackscope.errors import UsageError
from crackscope.inspection.inspector import Inspector, load
from crackscope.models.bundle import PACKAGED
from crackscope.types import SCHEMA_VERSION
from crackscope.validation import judge, report, sampling, survey
from crackscope.validation.estimate import Sample
from crackscope.validation.population import Population, Rows, weights
from crackscope.validation.sites import (
    LABELS,
    PAGE,
    TO_LABEL,
    Labelled,
    PhotoSite,
    Site,
    TruthSite,
)
from crackscope.validation.survey import Survey

if TYPE_CHECKING:
    from crackscope.validation.adaptation import Attempt


@checked
def validate(site: str | Path | None = None, **settings: Unpack[ValidateKeywords]) -> Outcome:
    """Validate a model on the photos of a site; `settings` are the fields of ValidateConfig."""
    return run(make(ValidateConfig, site, **settings))


def run(config: ValidateConfig) -> Outcome:
    """Sample the windows to label; once there are labels, evaluate the model on them.

    The folder is never marked as finished: add labels and run the command again. The file of labels
    is only read. Exit code 3 if some photos were unreadable.
    """
    if config.adapt:
        extras.require("keras", "train", "adapt a model")
    inspector = load(config.model, config.device, threads=1)
    site = _open(config)
    content = {"model": inspector.bundle.digest, **site.identity}
    with results_folder("validate", config, site.name, content) as run:
        folder = run.path
        if not run.resumed:
            _clear(folder)
        workers = config.workers or environment.cores()
        surveyed = site.survey(inspector, folder, config.max_megapixels, workers)
        strata, rows = _sample_windows(site, surveyed.population, config, folder)
        labelled = site.answers(surveyed.population, rows, folder, config.labels)
        if not len(labelled.rows):
            return _invite(folder, surveyed, site, rows)
        return _judge(config, inspector, site, surveyed, strata, rows, labelled, folder)


def _open(config: ValidateConfig) -> Site:
    if config.truth is not None:
        dataset = open_dataset(config.truth, config.reader, config.crack_class)
        return TruthSite(dataset, config.photos, config.seed)
    if config.site is None:
        raise UsageError("name the folder with the photos of the site, or set --truth DATA")
    return PhotoSite(config.site, config.photos, config.seed)


def _clear(folder: Path) -> None:
    """Remove the files of another model, site or seed. The labels stay."""
    for name in (survey.WINDOWS, survey.SCORES, report.DRAWN, report.DOCUMENT, report.PAGE, PAGE):
        (folder / name).unlink(missing_ok=True)
    shutil.rmtree(folder / "model", ignore_errors=True)


def _sample_windows(
    site: Site, population: Population, config: ValidateConfig, folder: Path
) -> tuple[Rows, Rows]:
    """Strata of all windows, and the rows to label: never fewer than in an earlier call."""
    strata = sampling.strata(population.scores)
    order = sampling.labelling_order(strata, population.photo_codes, config.seed)
    before = report.count_drawn(folder / report.DRAWN)
    rows = order[: max(config.patches, before)]
    if len(rows) > before or not (folder / PAGE).exists():
        site.ask(population, rows, folder, config.labels)
    every = weights(strata, rows, population.fraction)
    report.write_drawn(folder / report.DRAWN, population, strata, rows, every)
    return strata, rows


def _invite(folder: Path, surveyed: Survey, site: Site, rows: Rows) -> Outcome:
    population = surveyed.population
    photos = len(set(population.photos))
    facts = {
        "windows": len(population),
        "photos": photos,
        "of_photos": site.of_photos,
        "drawn": len(rows),
        "labelled": 0,
    }
    text = (
        f"Sampled {len(rows)} of {len(population):,} windows from {photos} photos (the site has "
        f"{site.of_photos}).\n"
        f"Open {folder / PAGE} in a browser. Press J for crack, F for no crack, S to save.\n"
        f"Save the file in the results folder as {LABELS} (or fill in {TO_LABEL} and rename it),\n"
        "then run the same command again."
    )
    return Outcome(text, folder, {"path": str(folder), "site": facts}, surveyed.unreadable)


def _judge(
    config: ValidateConfig,
    inspector: Inspector,
    site: Site,
    surveyed: Survey,
    strata: Rows,
    sampled: Rows,
    labelled: Labelled,
    folder: Path,
) -> Outcome:
    population = surveyed.population
    sample = _sample(population, labelled, weights(strata, labelled.rows, population.fraction))
    limit = config.threshold or inspector.bundle.thresholds.upper
    found = judge.judge(sample, limit, config.recall, config.bootstrap, config.seed)
    words = judge.in_words(found)
    attempt = _adapt(config, inspector, site, population, labelled, sample, folder)
    if attempt is not None:
        words += attempt.words
    notes = [*labelled.remarks, *judge.notes(found)]
    if missing := len(sampled) - len(labelled.rows) - labelled.unsure:
        notes.append(f"{missing} of {len(sampled)} sampled windows have no label")
    notes += [f"unreadable: {text}" for text in surveyed.unreadable]
    values = {
        "schema_version": SCHEMA_VERSION,
        "model": inspector.bundle.identity,
        "site": {
            "name": site.name,
            "windows": len(population),
            "photos": len(set(population.photos)),
            "of_photos": site.of_photos,
            "drawn": len(sampled),
        },
        "default": found.to_dict(),
        "adapted": None if attempt is None else attempt.values,
        "notes": notes,
        "settings": deciding(config),
        "machine": environment.describe(),
    }
    report.write(folder, values, words, notes)
    steps = _next(config, folder, found, len(sampled), len(set(population.photos)), attempt)
    lines = [*words, *(f"note: {note}" for note in notes), *(f"next: {step}" for step in steps)]
    data = {"path": str(folder), **values, "next": steps}
    return Outcome("\n".join(lines), folder, data, surveyed.unreadable)


def _next(
    config: ValidateConfig,
    folder: Path,
    found: judge.Judgement,
    sampled: int,
    photos: int,
    attempt: "Attempt | None",
) -> list[str]:
    """The commands to run next."""
    place = shlex.quote(str(config.site or config.truth))
    adapted = attempt is not None and (folder / "model").is_dir()
    model = str(folder) if adapted else config.model
    steps = []
    if config.site is not None and found.target is not None and not adapted:
        wanted = f"--threshold {found.target.threshold.value:.4g}"
        steps.append(f"crackscope inspect {place}{_model(model)} {wanted}")
    elif config.site is not None and adapted:
        steps.append(f"crackscope inspect {place}{_model(model)}")
    if more := max(found.needed.values(), default=0):
        flag = "" if config.site is not None else "--truth "
        sizes = f"--patches {sampled + more} --photos {max(config.photos, 2 * photos)}"
        steps.append(f"crackscope validate {flag}{place}{_model(config.model)} {sizes}")
    return steps


def _model(model: str) -> str:
    return "" if model == PACKAGED else f" --model {shlex.quote(model)}"


def _adapt(
    config: ValidateConfig,
    inspector: Inspector,
    site: Site,
    population: Population,
    labelled: Labelled,
    sample: Sample,
    folder: Path,
) -> "Attempt | None":
    if not config.adapt:
        return None
    from crackscope.validation.adaptation import Settings, adapt_to_site

    rest = site.others()
    others = None
    if rest is not None:
        everything, truth = rest
        others = site.dataset(*rest), _sample(everything, truth, np.ones(len(truth.rows)))
    return adapt_to_site(
        inspector,
        site.dataset(population, labelled),
        sample,
        others,
        folder,
        Settings(config.recall, config.bootstrap, config.seed),
    )


def _sample(population: Population, labelled: Labelled, stand_for: Any) -> Sample:
    rows = labelled.rows
    scores, photos = population.scores[rows], population.photo_codes[rows]
    return Sample(labelled.labels, scores, stand_for, photos)
