"""Self-contained HTML pages of headings, text, tables and images.

All text from outside, such as file names and notes, is escaped. Pages run no scripts and load
nothing but their images.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from crackscope.rendering import colour, markup

_READ_AS_WELL = 0.179
"""Relative luminance on which black and white have the same contrast (WCAG 2)."""


@dataclass(frozen=True)
class Text:
    """A paragraph."""

    text: str


@dataclass(frozen=True)
class Shade:
    """A table cell, coloured by `value` from 0 (dark blue) to 1 (light orange); None: no colour.

    `note` is printed below `text` in a smaller font.
    """

    text: str
    note: str = ""
    value: float | None = None

    def __post_init__(self) -> None:
        if self.value is not None and not 0.0 <= self.value <= 1.0:
            raise ValueError(f"Shade.value must be between 0 and 1. Received: {self.value}.")

    @property
    def style(self) -> str:
        """CSS of the background, and of black or white text, whichever has more contrast."""
        if self.value is None:
            return ""
        shade = colour.of_score(self.value)
        ink = "#000" if colour.luminance(shade) > _READ_AS_WELL else "#fff"
        return f"background: rgb{shade}; color: {ink}"


@dataclass(frozen=True)
class Table:
    """Rows below column headings; cells are Shades or anything with a `str`."""

    columns: Sequence[str]
    rows: Sequence[Sequence[object]]
    caption: str = ""

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row) != len(self.columns):
                raise ValueError(
                    f"Every row must have {len(self.columns)} cells. Received: {list(row)!r}."
                )


@dataclass(frozen=True)
class Picture:
    """An image; `source` comes from `markup.data_uri` or `link`, `alt` describes it.

    `width` in CSS pixels; 0: the image's own width.
    """

    source: str
    alt: str
    caption: str = ""
    width: int = 0


@dataclass(frozen=True)
class Section:
    """A heading with its content; consecutive images are placed side by side."""

    heading: str
    items: Sequence[Text | Table | Picture]


def link(path: str) -> str:
    """The relative URL of a file beside the page, from its path with `/` as separator."""
    return "./" + quote(path)


def render(title: str, sections: Sequence[Section]) -> str:
    """The HTML page as text, with a dark mode and a print style, readable by screen readers."""
    return markup.template("rendering/page.html.jinja").render(title=title, sections=sections)
