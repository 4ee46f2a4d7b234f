"""Texts of the cross-dataset matrix, shared by the page, the JSON and the terminal."""

from collections.abc import Iterator, Sequence

from crackscope.evaluation.cross.matrix import Cell, Pool
from crackscope.evaluation.cross.sets import Opened
from crackscope.types.evaluation import Interval

FIGURES = {
    "auroc": "AUROC",
    "f1": "F1",
    "recall_at_5pct_false_alarms": "Recall at 5 % false alarms",
}
UNMODIFIED = "unmodified model"
MARK = "†"
MARK_MEANS = "cross-validated by photo, with the set's own labels"


def in_words(cells: Sequence[Cell]) -> Iterator[str]:
    """The AUROC of each column in one sentence."""
    for column in zip(*rows(cells), strict=True):
        known = [cell for cell in column if figure(cell, "auroc")]
        foreign = [cell for cell in known if cell.train and not cell.cross_validated]
        said = [
            f"{text(cell, 'auroc')} for the unmodified model"
            for cell in known
            if cell.train is None
        ]
        if foreign:
            best = max(foreign, key=_auroc)
            said.append(
                f"{text(best, 'auroc')} for the best head trained on another set ({best.train})"
            )
        said += [
            f"{text(cell, 'auroc')} for a head trained on its own labels"
            for cell in known
            if cell.train == cell.test
        ]
        if said:
            yield f"AUROC on {column[0].test}: {'; '.join(said)}."


def notes(opened: Opened, pool: Pool, include_trained: bool) -> Iterator[str]:
    """Caveats for the reader."""
    if pool.trained is None:
        yield "the model does not record its training data: no patches could be excluded"
    for each in opened.sets:
        rows = pool.members[each.name]
        seen = 0 if pool.trained is None else int(pool.trained[rows].sum())
        if seen and include_trained:
            yield (
                f"{seen} of {len(rows)} patches of {each.name}, or near-copies of them, were used "
                "to train the model: that column partly measures memorisation"
            )
        elif seen:
            yield (
                f"{seen} of {len(rows)} patches of {each.name} are used for training heads, but "
                "not for testing: the model was trained on them or on near-copies"
            )
        unknown = sum(not pool.patches[row].group for row in rows.tolist())
        if unknown:
            yield (
                f"the source photo of {unknown} of {len(rows)} patches of {each.name} is unknown: "
                "only copies and near-copies (and METU's neighbouring numbers) are grouped, so the "
                "intervals may be too narrow"
            )


def figure(cell: Cell, name: str) -> Interval | None:
    """The metric `name` of a cell; None if it is missing."""
    return None if cell.result is None else cell.result.metrics.get(name)


def text(cell: Cell, name: str) -> str:
    """Value, mark and interval on one line."""
    value = figure(cell, name)
    if value is None:
        return "–"
    mark = MARK if cell.cross_validated else ""
    return f"{value.value:.3f}{mark} ({value.ends('.3f')})"


def _auroc(cell: Cell) -> float:
    value = figure(cell, "auroc")
    return -1.0 if value is None else value.value


def rows(cells: Sequence[Cell]) -> list[list[Cell]]:
    """The cells by row, the unmodified model first."""
    trains = dict.fromkeys(cell.train for cell in cells)
    return [[cell for cell in cells if cell.train == train] for train in trains]


def columns(cells: Sequence[Cell]) -> list[str]:
    """The test sets."""
    return list(dict.fromkeys(cell.test for cell in cells))


def row_name(cell: Cell) -> str:
    """The name of a row."""
    return cell.train or UNMODIFIED
