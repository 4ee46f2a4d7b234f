"""The settings of `crackscope report`."""

from dataclasses import KW_ONLY, dataclass
from pathlib import Path

from crackscope.options import REPORTS, ByContent, Names, NotIdentity


@dataclass(frozen=True)
class ReportConfig:
    """Write reports of an inspection, finished or interrupted. No photo is inspected again."""

    results: ByContent[Path]
    """Results folder of `crackscope inspect`."""
    _: KW_ONLY
    report: Names = REPORTS
    """Report formats, comma-separated, e.g. csv, html, pdf, geojson, coco, label-studio, cvat,
    yolo, parquet."""
    out: NotIdentity[Path | None] = None
    """Folder for the reports. Default: the results folder, where older reports are replaced."""
    title: NotIdentity[str | None] = None
    """Title. Without --out, this and the next six flags are saved for later reports. Flags that you
    leave out keep their value; "" clears one."""
    client: NotIdentity[str | None] = None
    """Client."""
    project: NotIdentity[str | None] = None
    """Inspected project or structure."""
    author: NotIdentity[str | None] = None
    """Author: a person or company."""
    date: NotIdentity[str | None] = None
    """Date, shown as given."""
    logo: NotIdentity[Path | None] = None
    """Logo: a PNG or JPEG file of at most 5 MB."""
    card: NotIdentity[bool | None] = None
    """Append the model card to report.pdf. report.html always contains it, collapsed."""
    exist_ok: NotIdentity[bool] = False
    """Allow an --out folder that is not empty."""
