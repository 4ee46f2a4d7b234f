"""A matrix in words and figures: what its page, its document and the terminal share."""

from collections.abc import Iterator, Sequence

from crackscope.evaluation.cross.matrix import Cell, Pool
from crackscope.evaluation.cross.sets import Opened
from crackscope.types import Interval

FIGURES = {
    "auroc": "AUROC",
    "f1": "F1",
    "recall_at_5pct_false_alarms": "Recall at 5 % false alarms",
}
AS_IT_IS = "the model as it is"
MARK = "†"
MARK_MEANS = "cross-validated by photo, on the set's own labels"


def in_words(cells: Sequence[Cell]) -> Iterator[str]:
    """What each column says of AUROC, one sentence."""
    for column in zip(*rows(cells), strict=True):
        known = [cell for cell in column if figure(cell, "auroc")]
        foreign = [cell for cell in known if cell.train and not cell.cross_validated]
        said = [f"{text(cell, 'auroc')} as it is" for cell in known if cell.train is None]
        if foreign:
            best = max(foreign, key=_auroc)
            said.append(f"{text(best, 'auroc')} at best by a head from elsewhere ({best.train})")
        said += [
            f"{text(cell, 'auroc')} by a head from its own labels"
            for cell in known
            if cell.train == cell.test
        ]
        if said:
            yield f"AUROC on {column[0].test}: {'; '.join(said)}."


def notes(opened: Opened, pool: Pool, include_trained: bool) -> Iterator[str]:
    """What a reader has to know."""
    if pool.trained is None:
        yield "the model does not tell what it was trained on: nothing could be left out"
    for each in opened.sets:
        rows = pool.members[each.name]
        seen = 0 if pool.trained is None else int(pool.trained[rows].sum())
        if seen and include_trained:
            yield (
                f"{seen} of {len(rows)} pictures of {each.name}, or near-copies of them, were used "
                "to train the model: that column says in part how well it remembers"
            )
        elif seen:
            yield (
                f"{seen} of {len(rows)} pictures of {each.name} are trained on, but not tested on: "
                "the model itself was trained on them or on near-copies"
            )
        unknown = sum(not pool.patches[row].group for row in rows.tolist())
        if unknown:
            yield (
                f"the source photo of {unknown} of {len(rows)} pictures of {each.name} is unknown: "
                "only copies and near-copies (and METU's neighbouring numbers) count as one photo, "
                "so the intervals may be too narrow"
            )


def figure(cell: Cell, name: str) -> Interval | None:
    """The figure `name` of a cell, None where there is none."""
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
    """The cells by row, the model as it is first."""
    trains = dict.fromkeys(cell.train for cell in cells)
    return [[cell for cell in cells if cell.train == train] for train in trains]


def columns(cells: Sequence[Cell]) -> list[str]:
    """The test sets."""
    return list(dict.fromkeys(cell.test for cell in cells))


def row_name(cell: Cell) -> str:
    """What stands before a row."""
    return cell.train or AS_IT_IS
