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
    exist_ok: NotIdentity[bool] = False
    """Write into an --out that holds something already."""
