"""Writer of the check sheet, for `crackscope measure-check` without photos."""

from pathlib import Path
from typing import Literal

from crackscope.errors import UsageError
from crackscope.measurement.check.layout import sheet
from crackscope.measurement.check.pdf import pdf
from crackscope.measurement.check.svg import svg

Form = Literal["svg", "pdf"]
FORMS: tuple[Form, ...] = ("svg", "pdf")


def write_sheet(
    folder: Path, *, paper: str = "a4", forms: tuple[Form, ...] = FORMS
) -> tuple[Path, ...]:
    """Write the sheet into an existing folder, one file per form; returns the paths.

    Existing files are replaced. Raises UsageError for an unknown paper or form, and
    MissingExtraError for a PDF without [pdf].
    """
    unknown = [form for form in forms if form not in FORMS]
    if unknown or not forms:
        raise UsageError(f"forms must be some of: {', '.join(FORMS)}. Received: {list(forms)}")
    drawn = sheet(paper)
    makers = {"svg": lambda: svg(drawn).encode(), "pdf": lambda: pdf(drawn)}
    contents = {f"check-sheet-{paper}.{form}": makers[form]() for form in forms}
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return tuple(folder / name for name in contents)
