"""The settings of `crackscope report`."""

from dataclasses import KW_ONLY, dataclass
from pathlib import Path

from crackscope.options import REPORTS, ByContent, Names, NotIdentity, ReportHead


@dataclass(frozen=True)
class _Results:
    """The results, and the reports of them."""

    results: ByContent[Path]
    """Results folder of `crackscope inspect`."""
    _: KW_ONLY
    report: Names = REPORTS
    """Report formats, comma-separated, e.g. csv, html, pdf, geojson, coco, label-studio, cvat,
    yolo, parquet."""
    out: NotIdentity[Path | None] = None
    """Folder for the reports. Default: the results folder, where older reports are replaced, and
    where --title to --card are saved for later reports."""
    exist_ok: NotIdentity[bool] = False
    """Allow an --out folder that is not empty."""


@dataclass(frozen=True, kw_only=True)
class ReportConfig(ReportHead, _Results):  # fields go from the last base to the first
    """Write reports of an inspection, finished or interrupted. No photo is inspected again. Of
    --title to --card, those that you leave out keep their value; "" clears one."""
