"""What a chart shows, as matplotlib's own objects: values and words, not dark pixels."""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest
from PIL import Image


@contextmanager
def saved_figures() -> Iterator[list[Any]]:
    """Every figure that is saved meanwhile."""
    figures = pytest.importorskip("matplotlib.figure")
    saved: list[Any] = []
    save = figures.Figure.savefig

    def keep(figure: Any, *arguments: Any, **settings: Any) -> None:
        saved.append(figure)
        save(figure, *arguments, **settings)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(figures.Figure, "savefig", keep)
        yield saved


def figure_of(draw: Callable[[], bytes]) -> Any:
    """The one figure that `draw` makes a PNG of."""
    with saved_figures() as saved:
        content = draw()
    with Image.open(io.BytesIO(content)) as picture:
        picture.load()
        assert picture.format == "PNG"
    (figure,) = saved
    return figure


def axes_of(draw: Callable[[], bytes]) -> Any:
    """The only axes of that figure."""
    (axes,) = figure_of(draw).axes
    return axes


def lines_of(axes: Any) -> dict[str, np.ndarray]:
    """The lines with a name in the legend: (N, 2) x and y."""
    lines = {line.get_label(): line.get_xydata() for line in axes.get_lines()}
    return {name: points for name, points in lines.items() if not name.startswith("_")}


def names_of(axes: Any) -> tuple[str, str]:
    """What the two axes stand for."""
    return axes.get_xlabel(), axes.get_ylabel()


def words_of(legend: Any) -> list[str]:
    """What a legend explains, in its order."""
    return [text.get_text() for text in legend.get_texts()]
