"""HTML from templates of the package and from Markdown, and images embedded in it.

Values are escaped, and so is HTML in Markdown; an undefined name in a template is an error.
"""

import base64
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from markupsafe import Markup

if TYPE_CHECKING:
    from jinja2 import Environment, Template
    from markdown_it import MarkdownIt
    from markdown_it.token import Token


def template(path: str) -> "Template":
    """The template at a path within the package, such as `rendering/page.html.jinja`."""
    return _environment().get_template(path)


def data_uri(content: bytes, media_type: str = "image/png") -> str:
    """An image as a data URI, embedded in the page."""
    return f"data:{media_type};base64,{base64.b64encode(content).decode()}"


def from_markdown(text: str, heading: int) -> Markup:
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


def parse_markdown(text: str) -> Sequence["Token"]:
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


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("crackscope", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.tests["kind"] = lambda item, name: type(item).__name__ == name
    return environment
