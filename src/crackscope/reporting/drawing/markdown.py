"""Markdown of model cards, converted to safe HTML."""

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from markupsafe import Markup

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token


def to_html(text: str, heading: int) -> Markup:
    """HTML of `text`, with top-level headings as h`heading`.

    HTML in the text is escaped, and images are left out.
    """
    markdown = _parser()
    tokens = markdown.parse(text)
    for index, token in enumerate(tokens):
        if token.type.startswith("heading"):
            token.tag = f"h{min(6, int(token.tag[1]) + heading - 1)}"
        elif token.type == "th_open" and not tokens[index + 1].content:
            token.tag = tokens[index + 2].tag = "td"  # an empty heading cell
    return Markup(markdown.renderer.render(tokens, markdown.options, {}))


def parse(text: str) -> Sequence["Token"]:
    """The tokens of `text`, for formats other than HTML."""
    return _parser().parse(text)


@cache
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    parser.add_render_rule("table_open", _table_open)
    parser.add_render_rule("table_close", lambda *_: "</table></div>\n")
    return parser


def _table_open(*_: object) -> str:
    """Wrap tables so that wide ones scroll, also by keyboard."""
    return '<div class="wide" tabindex="0" role="group" aria-label="table"><table>\n'
