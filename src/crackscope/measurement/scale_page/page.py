"""The page: one HTML file beside copies of the photos; it needs no server and no internet access.

The browser keeps what is marked, and saves it as the CSV that `measurement.scale.table` reads.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crackscope import tables
from crackscope.measurement.homography import FLATTEST
from crackscope.measurement.scale.table import (
    COLUMNS,
    Clicked,
    Entry,
    Number,
    Points,
    normal,
    row_of,
)
from crackscope.measurement.scale.two_points import TwoPoints
from crackscope.rendering.markup import template


@dataclass(frozen=True, slots=True)
class Shot:
    """A photo on the page: its path, the relative URL of its copy, and its own size in pixels."""

    path: str
    picture: str
    width: int
    height: int


def render(name: str, store: str, shots: Sequence[Shot], known: Mapping[str, Entry]) -> str:
    """HTML that shows each photo, with what is `known` of it from an earlier table.

    `store` is the key under which the browser keeps the marks. Rows for folders and for photos that
    are not shown are kept in the table that the page saves.
    """
    shown = {normal(shot.path) for shot in shots}
    values = {
        "columns": COLUMNS,
        "cards": [_card(shot, known) for shot in shots],
        "others": [row_of(path, entry) for path, entry in known.items() if path not in shown],
        "flattest": FLATTEST,
    }
    form = template("measurement/scale_page/scale.html.jinja")
    return form.render(name=name, store=store, **values)


def marked(shot: Shot, known: Mapping[str, Entry]) -> Points | None:
    """The points of a photo in a table; None without, or if they are of a photo of another size."""
    entry = known.get(normal(shot.path))
    if not isinstance(entry, Clicked) or entry.size not in (None, (shot.width, shot.height)):
        return None
    return entry.points


def _card(shot: Shot, known: Mapping[str, Entry]) -> dict[str, Any]:
    path = tables.quoted(shot.path)  # as a CSV cell, which the page writes
    points, entry = marked(shot, known), known.get(normal(shot.path))
    unmarked = [path, *[""] * (len(COLUMNS) - 2), f"{shot.width}x{shot.height}"]
    return {
        "path": path,
        "picture": shot.picture,
        "size": [shot.width, shot.height],
        "mark": None if points is None else _mark(points),
        "unmarked": row_of(shot.path, entry) if isinstance(entry, Number) else unmarked,
    }


def _mark(points: Points) -> dict[str, Any]:
    """Points as the page keeps them: with the standard uncertainty of each, and lengths in mm."""
    if isinstance(points, TwoPoints):
        places, lengths = [points.first, points.second], [points.mm]
    else:
        places, lengths = list(points.corners), [points.width_mm, points.height_mm]
    return {
        "points": [[*place, points.click_px] for place in places],
        "lengths": [f"{length:.12g}" for length in lengths],
    }
