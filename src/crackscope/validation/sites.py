"""The two kinds of sites: photos to be labelled by a person, and data that is already labelled."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from crackscope import hashing, run_dir, tables
from crackscope.datasets.manifest import Dataset
from crackscope.datasets.source import open_source
from crackscope.errors import DatasetError, UsageError
from crackscope.inspection.find import find
from crackscope.inspection.inspector import Inspector
from crackscope.types import Box
from crackscope.types.evaluation import Patch
from crackscope.validation import labels, page, sampling, survey
from crackscope.validation.labels import Key, Labels
from crackscope.validation.population import Population, Rows
from crackscope.validation.survey import Survey

LABELS, TO_LABEL, PAGE = "labels.csv", "to_label.csv", "label.html"
"""The user's labels, which are never overwritten; a table to fill in; the labelling page."""

_SHOWN = 5


@dataclass(frozen=True)
class Labelled:
    """Rows of the population that have a label, the labels (n,), and remarks.

    `unsure` counts the windows that were labelled as unsure.
    """

    rows: Rows
    labels: Rows
    remarks: tuple[str, ...] = ()
    unsure: int = 0


class Site(Protocol):
    """A source of windows and their labels.

    `identity` identifies the site; `of_photos` counts all photos of the site.
    """

    name: str
    of_photos: int
    identity: dict[str, Any]

    def survey(self, inspector: Inspector, folder: Path, limit: float, workers: int) -> Survey:
        """Score all windows of the sampled photos; finished ones are saved in `folder`."""

    def ask(self, population: Population, rows: Rows, folder: Path, file: Path | None) -> None:
        """Request labels for the windows `rows`."""

    def answers(
        self, population: Population, rows: Rows, folder: Path, file: Path | None
    ) -> Labelled:
        """The existing labels of the windows `rows`."""

    def dataset(self, population: Population, labelled: Labelled) -> Dataset:
        """The labelled windows as a data set."""

    def others(self) -> tuple[Population, Labelled] | None:
        """Labelled windows of the photos that were not sampled, if there are any."""


class PhotoSite:
    """A folder of photos; a person labels the sampled windows."""

    def __init__(self, folder: Path, photos: int, seed: int) -> None:
        if not folder.exists():
            raise UsageError(f"the folder with the photos of the site does not exist: {folder}")
        found = find((str(folder),)).photos
        self.name = folder.resolve().name or "site"
        self.of_photos = len(found)
        self._photos = [found[place] for place in sampling.photos(len(found), photos, seed)]
        self._source = open_source(folder)
        names = [[photo.relative, photo.stamp()[0]] for photo in found]
        self.identity: dict[str, Any] = {"photos": photos, "site": hashing.of_value(names)}

    def survey(self, inspector: Inspector, folder: Path, limit: float, workers: int) -> Survey:
        """Score all windows of the sampled photos; `limit` is the largest photo in megapixels."""
        fraction = len(self._photos) / self.of_photos
        file = folder / survey.WINDOWS
        return survey.of_photos(inspector, self._photos, fraction, file, limit, workers)

    def ask(self, population: Population, rows: Rows, folder: Path, file: Path | None) -> None:
        """Write the table to fill in and the labelling page, with the labels known so far."""
        given = _given(folder, file, population)
        windows = [(population.paths[row], _box(population, row)) for row in rows]
        keys = [labels.key_of(*window) for window in windows]
        data = Dataset(self.name, "", (), self._source)
        html = page.render(
            self.name,
            f"{self.name} {self.identity['site'][:12]}",
            windows,
            given,
            lambda path: data.read_pixels(Patch(path, 0)),
        )
        run_dir.write_atomically(folder / PAGE, html)
        run_dir.write_atomically(folder / TO_LABEL, labels.to_csv(keys, given))

    def answers(
        self, population: Population, rows: Rows, folder: Path, file: Path | None
    ) -> Labelled:
        """The labels in `file`, default labels.csv in `folder`; raises DatasetError for bad ones.

        Labels of windows that were not sampled are ignored, since their probability is unknown.
        """
        given = _given(folder, file, population)
        keys = [labels.key_of(population.paths[row], _box(population, row)) for row in rows]
        some = [place for place, key in enumerate(keys) if key in given.known]
        unsure = len(given.unsure.intersection(keys))
        unknown = sorted((given.known.keys() | given.unsure).difference(keys))
        if unknown and not some and not unsure:
            raise DatasetError(
                f"labels must be of windows that were sampled. Received: {len(unknown)} labels of "
                f"other windows in {file or folder / LABELS} ({_named(unknown)}). Label the "
                f"windows in {folder / TO_LABEL}"
            )
        remarks = []
        if unknown:
            remarks.append(
                f"{len(unknown)} labels of windows that were not sampled are ignored: "
                f"{_named(unknown)}"
            )
        if unsure:
            remarks.append(
                f"{unsure} windows are labelled as unsure: others of similar score count more"
            )
        known = np.array([given.known[keys[place]] for place in some], np.int64)
        return Labelled(rows[np.array(some, np.int64)], known, tuple(remarks), unsure)

    def dataset(self, population: Population, labelled: Labelled) -> Dataset:
        """The labelled windows of the photos."""
        return _dataset(self.name, "not stated", self._source, population, labelled)

    def others(self) -> tuple[Population, Labelled] | None:
        """None: the other photos are not labelled."""
        return None


class TruthSite:
    """Labelled data: it supplies the labels of the sampled windows; the rest serves as a check."""

    def __init__(self, dataset: Dataset, photos: int, seed: int) -> None:
        names = sorted({patch.group or patch.path for patch in dataset.patches})
        self.name = dataset.name
        self.of_photos = len(names)
        self._sampled = {names[place] for place in sampling.photos(len(names), photos, seed)}
        self._dataset = dataset
        self._truth = {patch.key: patch.label for patch in dataset.patches}
        self._others: Population | None = None
        self.identity: dict[str, Any] = {"photos": photos, "truth": dataset.content_hash}

    def survey(self, inspector: Inspector, folder: Path, limit: float, workers: int) -> Survey:
        """Score all patches, and return those of the sampled photos."""
        found = survey.of_dataset(inspector, self._dataset, folder / survey.SCORES, workers)
        everything = found.population
        inside = np.array([photo in self._sampled for photo in everything.photos])
        if not inside.any():
            raise UsageError(f"cannot read any patch of the sampled photos of {self.name}")
        fraction = len(self._sampled) / self.of_photos
        self._others = everything.of(np.flatnonzero(~inside), 1.0)
        return Survey(everything.of(np.flatnonzero(inside), fraction), found.unreadable)

    def ask(self, population: Population, rows: Rows, folder: Path, file: Path | None) -> None:
        """Nothing to do: all labels are known."""

    def answers(
        self, population: Population, rows: Rows, folder: Path, file: Path | None
    ) -> Labelled:
        """The true label of every window."""
        keys = (Patch(population.paths[row], 0, box=population.boxes[row]).key for row in rows)
        return Labelled(rows, np.array([self._truth[key] for key in keys], np.int64))

    def dataset(self, population: Population, labelled: Labelled) -> Dataset:
        """The labelled patches."""
        licence = self._dataset.licence
        return _dataset(self.name, licence, self._dataset.source, population, labelled)

    def others(self) -> tuple[Population, Labelled] | None:
        """The patches of the photos that were not sampled."""
        if self._others is None or not len(self._others):
            return None
        rows = np.arange(len(self._others))
        return self._others, self.answers(self._others, rows, Path(), None)


def _named(keys: Sequence[Key]) -> str:
    """The first windows as text, with non-printable characters escaped."""
    names = [f"{tables.quoted(photo)} {list(box)}" for photo, *box in keys[:_SHOWN]]
    return ", ".join([*names, "…"] if len(keys) > _SHOWN else names)


def _given(folder: Path, file: Path | None, population: Population) -> Labels:
    """The user's labels; empty if labels.csv does not exist yet."""
    place = file or folder / LABELS
    if file is None and not place.exists():
        return Labels({}, frozenset())
    try:
        content = place.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read the labels {place}: {error}") from error
    return labels.read(content, str(place), frozenset(population.paths))


def _box(population: Population, row: int) -> Box:
    box = population.boxes[row]
    assert box is not None  # windows of photos always have one
    return box


def _dataset(
    name: str, licence: str, source: Any, population: Population, labelled: Labelled
) -> Dataset:
    pairs: Sequence[tuple[int, int]] = list(
        zip(labelled.rows.tolist(), labelled.labels.tolist(), strict=True)
    )
    patches = tuple(
        Patch(
            population.paths[row],
            label,
            group=population.photos[row],
            dataset=name,
            licence=licence,
            box=population.boxes[row],
        )
        for row, label in pairs
    )
    return Dataset(name, licence, patches, source)
