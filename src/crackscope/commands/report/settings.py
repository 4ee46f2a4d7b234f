"""The settings of `crackscope report`."""

from dataclasses import KW_ONLY, dataclass
from pathlib import Path

from crackscope.options import REPORTS, ByContent, Names, NotIdentity


@dataclass(frozen=True)
class ReportConfig:
    """Make reports of an inspection, finished or interrupted; no photo is inspected again."""

    results: ByContent[Path]
    """Folder that `crackscope inspect` wrote."""
    _: KW_ONLY
    report: Names = REPORTS
    """What to write, comma-separated, such as csv, html, pdf, geojson, coco, label-studio,
    cvat, yolo, parquet."""
    out: NotIdentity[Path | None] = None
    """Folder for the reports; else that of the results, where older reports are replaced."""
    title: NotIdentity[str | None] = None
    """Title. This and the next six are kept for later reports where --out is not given; what is not
    given stays as it was, and "" takes it away."""
    client: NotIdentity[str | None] = None
    """Who they are for."""
    project: NotIdentity[str | None] = None
    """Project or structure that was inspected."""
    author: NotIdentity[str | None] = None
    """Who answers for them: a name, a firm."""
    date: NotIdentity[str | None] = None
    """Date, as it is to be shown."""
    logo: NotIdentity[Path | None] = None
    """PNG or JPEG file for the head of the page, at most 5 MB."""
    card: NotIdentity[bool | None] = None
    """Add the model card to report.pdf; report.html always has it, folded."""
    exist_ok: NotIdentity[bool] = False
    """Write into an --out that holds something already."""
