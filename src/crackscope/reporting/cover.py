"""The head of a report: title, client, project, author, date and logo.

They say nothing of how the results were made: two inspections that differ in these are the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from crackscope.errors import UsageError

_LONGEST = 500
"""Characters of a text: enough for any title, and a page of them is a mistake."""
_KEPT_SIGNS = "\u200c\u200d\u200e\u200f"
"""Invisible, but Arabic, Persian and Indian names are not written right without them."""


@dataclass(frozen=True)
class Cover:
    """What stands there, "" where nobody gave it; `logo` is a JPEG in base64, as `logos.encoded`
    makes it. Raises ValueError where a text is too long or the logo is none."""

    title: str = ""
    client: str = ""
    project: str = ""
    author: str = ""
    date: str = ""
    logo: str = ""

    def __post_init__(self) -> None:
        for name in _TEXTS:
            if (length := len(getattr(self, name))) > _LONGEST:
                raise ValueError(
                    f"{name} must have at most {_LONGEST} characters. Received: {length}"
                )
        if self.logo:
            from crackscope.reporting import logos

            logos.decoded(self.logo)

    def rows(self) -> list[tuple[str, str]]:
        """Name and text of what is known below the title, for a table."""
        texts = ((name, one_line(getattr(self, name))) for name in _TEXTS if name != "title")
        return [(name, text) for name, text in texts if text]


_TEXTS = tuple(each.name for each in fields(Cover) if each.name != "logo")


def made(settings: Mapping[str, Any], kept: Cover | None = None) -> Cover:
    """The cover that the settings of a command give; what is None there stays as it was `kept`.

    Raises UsageError where a text is too long, or the logo cannot be used.
    """
    texts = {name: settings[name] for name in _TEXTS if settings[name] is not None}
    known = {name: " ".join(text.split()) for name, text in texts.items()}
    try:
        if settings["logo"] is not None:
            from crackscope.reporting import logos

            known["logo"] = logos.encoded(settings["logo"])
        return replace(kept or Cover(), **known)
    except ValueError as error:
        raise UsageError(str(error)) from error


def one_line(text: str) -> str:
    """The text on one line: what no screen can show becomes an escape such as `\\n`."""
    return "".join(_sign(sign) for sign in text)


def _sign(sign: str) -> str:
    if sign.isprintable() or sign in _KEPT_SIGNS:
        return sign
    return sign.encode("unicode_escape").decode("ascii")
