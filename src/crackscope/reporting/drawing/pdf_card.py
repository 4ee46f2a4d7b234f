"""Markdown of model cards, added to a PDF."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from crackscope.rendering.markup import parse_markdown
from crackscope.rendering.pdf import Pdf, shown

if TYPE_CHECKING:
    from markdown_it.token import Token

_TAGS = {"strong_open": "<b>", "strong_close": "</b>", "softbreak": " ", "hardbreak": "<br/>"}


def add_markdown(pdf: Pdf, text: str) -> None:
    """Add headings (two levels down), paragraphs, lists and tables; all else as plain text."""
    tokens = iter(parse_markdown(text))
    bullet = ""
    for token in tokens:
        if token.type == "heading_open":
            pdf.heading(min(3, int(token.tag[1]) + 1), next(tokens).content)
        elif token.type == "table_open":
            pdf.table(_rows(tokens), style="small")
        elif token.type == "list_item_open":
            bullet = "• "
        elif token.type == "inline":
            pdf.markup(bullet + _markup(token.children or []))
            bullet = ""
        elif token.type in ("fence", "code_block", "html_block"):
            pdf.text(token.content)


def _rows(tokens: Iterator["Token"]) -> list[list[str]]:
    """The cells up to the end of the table, row by row."""
    rows: list[list[str]] = []
    for token in tokens:
        if token.type == "table_close":
            break
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline":
            rows[-1].append("".join(child.content for child in token.children or []))
    return rows


def _markup(children: Sequence["Token"]) -> str:
    parts = (_TAGS.get(child.type) or escape(shown(child.content)) for child in children)
    return "".join(parts)
