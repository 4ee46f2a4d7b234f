"""The figure and axes of every chart.

Colours are those of Okabe and Ito, which are distinct with colour blindness. Lines also differ in
their dashes, for prints in grey.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from crackscope import extras

CRACK, SOUND, THIRD, GREY = "#D55E00", "#0072B2", "#009E73", "#767676"
_DOTS_PER_INCH = 150


class Drawing:
    """A figure; `png` is set when the `with` block ends."""

    def __init__(self, figure: Any) -> None:
        self.figure = figure
        self.png = b""

    def axes(self, title: str, x: str, y: str, place: Any = 111) -> Any:
        """Add labelled axes; `place` as in matplotlib's `add_subplot`."""
        axes = self.figure.add_subplot(place)
        axes.set_title(title, fontsize=11, loc="left")
        axes.set_xlabel(x)
        axes.set_ylabel(y)
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(color="#e4e4e4", linewidth=0.8)
        axes.set_axisbelow(True)
        return axes


@contextmanager
def draw(size: tuple[float, float]) -> Iterator[Drawing]:
    """A new figure of `size` inches, without pyplot and its global state.

    Raises MissingExtraError if matplotlib is not installed.
    """
    figures = extras.require("matplotlib.figure", "evaluate", "draw charts")
    drawing = Drawing(figures.Figure(figsize=size, layout="constrained"))
    yield drawing
    content = io.BytesIO()
    metadata = {"Software": None}
    drawing.figure.savefig(content, format="png", dpi=_DOTS_PER_INCH, metadata=metadata)
    drawing.png = content.getvalue()
