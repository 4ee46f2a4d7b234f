"""Markdown, as a model card is written in it, as HTML that is safe to put into a page."""

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from markupsafe import Markup

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token


def to_html(text: str, heading: int) -> Markup:
    """HTML of `text`, its first level of headings being h`heading`.

    HTML within the text is shown, not taken over, and pictures are left out.
    """
    markdown = _parser()
    tokens = markdown.parse(text)
    for index, token in enumerate(tokens):
        if token.type.startswith("heading"):
            token.tag = f"h{min(6, int(token.tag[1]) + heading - 1)}"
        elif token.type == "th_open" and not tokens[index + 1].content:
            token.tag = tokens[index + 2].tag = "td"  # a head without words is no head
    return Markup(markdown.renderer.render(tokens, markdown.options, {}))


def parse(text: str) -> Sequence["Token"]:
    """The tokens of `text`, for other forms than HTML."""
    return _parser().parse(text)


@cache
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    parser.add_render_rule("table_open", _table_open)
    parser.add_render_rule("table_close", lambda *_: "</table></div>\n")
    return parser


def _table_open(*_: object) -> str:
    """A wide table scrolls on its own, also by the keyboard."""
    return '<div class="wide" tabindex="0" role="group" aria-label="table"><table>\n'
