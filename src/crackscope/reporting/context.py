"""What reports state besides the results, stored in settings.json to write them later.

The cover is no part of an inspection's identity: runs that differ only in it are the same run.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from crackscope import strict_json
from crackscope.errors import UsageError
from crackscope.run_dir import write_json
from crackscope.types import PhotoResult, PhotoScale
from crackscope.types.fields import check_types
from crackscope.types.results import GIVEN_SCALE

SETTINGS = "settings.json"
_SCALE = "mm per pixel"
_LONGEST = 500
"""Maximum characters of a text."""
_KEPT_SIGNS = "\u200c\u200d\u200e\u200f"
"""Invisible characters that Arabic, Persian and Indian names need."""


@dataclass(frozen=True)
class Cover:
    """The head of a report: title, client, project, author, date and logo.

    Texts are "" if not given; `logo` is a JPEG in base64, from `logos.encoded`. Raises ValueError
    if a text is too long or the logo is invalid.
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


@dataclass(frozen=True)
class Context:
    """Information for reports beside the results.

    `folder` is the results folder of the inspection. `overlays` maps the path of each photo in the
    results to its overlay, relative to `folder` and joined with `/`. `settings` are the settings of
    the inspection, `card` is the model card in Markdown, `with_card` adds it to printed formats,
    `cover` is the head of each report.
    """

    model: str
    folder: Path
    settings: Mapping[str, Any] = field(default_factory=dict)
    overlays: Mapping[str, str] = field(default_factory=dict)
    passed_over: int = 0
    card: str = ""
    skipped: int = 0
    cover: Cover = field(default_factory=Cover)
    with_card: bool = False

    def facts(self) -> list[tuple[str, str]]:
        """Name and value of each fact about how the results were made, for a table."""
        passed_over = {"other files (no image extension)": self.passed_over}
        skipped = {"skipped (trash, thumbnails, hidden files, crackscope results)": self.skipped}
        values = {"model": self.model, **self.settings, **passed_over, **skipped}
        return [
            (name, f"{value:.4g}" if isinstance(value, float) else str(value))
            for name, value in values.items()
        ]

    def scale_of(self, result: PhotoResult) -> PhotoScale | None:
        """The scale of the photo, else that of the inspection, else None.

        Photos without cracks need a scale, too, for their area. Results of the first version lack
        it.
        """
        if result.scale is not None:
            return result.scale
        try:
            return PhotoScale(GIVEN_SCALE, float(self.settings.get(_SCALE, "")))
        except (TypeError, ValueError):  # "not given"
            return None


def save(context: Context) -> None:
    """Save the context, except the folder, which may be moved."""
    values = asdict(context)
    del values["folder"]
    write_json(context.folder / SETTINGS, values)


def load(folder: Path) -> Context:
    """Load what `save` wrote into a results folder.

    Raises UsageError if the folder is not from an inspection, or if it names files outside itself:
    it may come from an untrusted source.
    """
    file = folder / SETTINGS
    try:
        values = strict_json.document(file.read_bytes())
        cover = Cover(**values.pop("cover", {}))  # missing in old inspections
        context = Context(**values, folder=folder, cover=cover)
        check_types(context)
        _check_inside(context.overlays.values())
    except FileNotFoundError:
        raise UsageError(
            f"results must be a results folder of `crackscope inspect` with {SETTINGS}. Received: "
            f"{folder}. If an old version wrote the folder, inspect the photos again"
        ) from None
    except (OSError, ValueError, TypeError) as error:
        raise UsageError(f"{file} is damaged: {error}. Inspect the photos again") from error
    return context


def heads(options: Mapping[str, Any]) -> bool:
    """Whether the settings of a command set the head of reports or the card."""
    names = (*(each.name for each in fields(Cover)), "card")
    return any(options[name] is not None for name in names)


def changed(context: Context, options: Mapping[str, Any]) -> Context:
    """The context with the head and card from the settings of a command.

    Settings that are None keep their value. Raises UsageError if a text or the logo cannot be used.
    """
    with_card = context.with_card if options["card"] is None else options["card"]
    return replace(context, cover=cover_of(options, context.cover), with_card=with_card)


def cover_of(settings: Mapping[str, Any], kept: Cover | None = None) -> Cover:
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


def _check_inside(names: Iterable[str]) -> None:
    for name in names:
        parts = name.replace("\\", "/").split("/")
        if "" in parts or ".." in parts or ":" in name or "\0" in name:
            raise ValueError(f"overlays must be inside the folder. Received: {name!r:.100}")
