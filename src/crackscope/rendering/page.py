"""One self-contained HTML page from headings, text, tables and pictures.

Everything that comes from outside (file names, notes) is escaped. The page runs no script and
loads nothing but the pictures that it names.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from crackscope.rendering import colour, template

_READ_AS_WELL = 0.179
"""Relative luminance on which black and white have the same contrast (WCAG 2)."""


@dataclass(frozen=True)
class Text:
    """A paragraph."""

    text: str


@dataclass(frozen=True)
class Shade:
    """A cell of a table, coloured by `value` from 0 (dark blue) to 1 (light orange); None: not.

    `note` stands below `text`, smaller.
    """

    text: str
    note: str = ""
    value: float | None = None

    def __post_init__(self) -> None:
        if self.value is not None and not 0.0 <= self.value <= 1.0:
            raise ValueError(f"a shade lies between 0 and 1; received {self.value}")

    @property
    def style(self) -> str:
        """CSS of background and ink, black or white, whichever can be read better."""
        if self.value is None:
            return ""
        shade = colour.of_score(self.value)
        ink = "#000" if colour.luminance(shade) > _READ_AS_WELL else "#fff"
        return f"background: rgb{shade}; color: {ink}"


@dataclass(frozen=True)
class Table:
    """Rows below column heads; a cell may be a Shade, and else is shown as `str` gives it."""

    columns: Sequence[str]
    rows: Sequence[Sequence[object]]
    caption: str = ""

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row) != len(self.columns):
                raise ValueError(
                    f"every row needs {len(self.columns)} cells; received {list(row)!r}"
                )


@dataclass(frozen=True)
class Picture:
    """A picture; `source` comes from `data_uri` or `link`, `alt` says what it shows.

    `width` in CSS pixels; 0: its own.
    """

    source: str
    alt: str
    caption: str = ""
    width: int = 0


@dataclass(frozen=True)
class Section:
    """A heading and what stands below it; neighbouring pictures stand side by side."""

    heading: str
    items: Sequence[Text | Table | Picture]


def data_uri(content: bytes, media_type: str = "image/png") -> str:
    """A picture as part of the page itself."""
    return f"data:{media_type};base64,{base64.b64encode(content).decode()}"


def link(path: str) -> str:
    """A relative URL of a file beside the page, from its path joined with `/`."""
    return "./" + quote(path)


def render(title: str, sections: Sequence[Section]) -> str:
    """The whole HTML page, UTF-8, readable by screen readers, in the dark and on paper."""
    return template.load("rendering/page.html.jinja").render(title=title, sections=sections)
