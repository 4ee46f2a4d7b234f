"""The head of a report: title, client, project, author, date and logo.

They are not part of an inspection's identity: runs that differ only in these are the same run.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from crackscope.errors import UsageError

_LONGEST = 500
"""Maximum characters of a text."""
_KEPT_SIGNS = "\u200c\u200d\u200e\u200f"
"""Invisible characters that Arabic, Persian and Indian names need."""


@dataclass(frozen=True)
class Cover:
    """The texts of the head, "" if not given; `logo` is a JPEG in base64, from `logos.encoded`.

    Raises ValueError if a text is too long or the logo is invalid.
    """

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
        """Name and text of each given field except the title, for a table."""
        texts = ((name, one_line(getattr(self, name))) for name in _TEXTS if name != "title")
        return [(name, text) for name, text in texts if text]


_TEXTS = tuple(each.name for each in fields(Cover) if each.name != "logo")


def made(settings: Mapping[str, Any], kept: Cover | None = None) -> Cover:
    """The cover from the settings of a command; a setting that is None keeps its value in `kept`.

    Raises UsageError if a text is too long or the logo cannot be used.
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
    """The text on one line, with unprintable characters as escapes such as `\\n`."""
    return "".join(_sign(sign) for sign in text)


def _sign(sign: str) -> str:
    if sign.isprintable() or sign in _KEPT_SIGNS:
        return sign
    return sign.encode("unicode_escape").decode("ascii")
