"""The model card: model.json rendered as a page, so that the two always agree."""

from collections.abc import Mapping
from importlib.resources import files
from typing import Any


def render(info: Mapping[str, Any]) -> str:
    """Markdown from the content of model.json; a missing field raises jinja2.UndefinedError."""
    import jinja2

    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, keep_trailing_newline=True)
    template = files("crackscope.models").joinpath("card.md.jinja").read_text(encoding="utf-8")
    return environment.from_string(template).render({"sections": [], **info})
