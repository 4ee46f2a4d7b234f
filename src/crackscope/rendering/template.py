"""HTML templates of the package. Values are escaped; an undefined name is an error."""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Environment, Template


def load(path: str) -> "Template":
    """The template at a path within the package, such as `rendering/page.html.jinja`."""
    return _environment().get_template(path)


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
