"""Write the check sheet, or compare photos of it with the printed widths."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Unpack

from crackscope import extras, hashing, tables
from crackscope.arguments import checked, make
from crackscope.commands import Outcome
from crackscope.commands.keywords import MeasureCheckKeywords
from crackscope.commands.measure_check.settings import MeasureCheckConfig
from crackscope.commands.skeleton import again, default_name, kept, results_folder
from crackscope.errors import DatasetError, ImageError, UsageError
from crackscope.images.read import decode
from crackscope.inspection.find import find
from crackscope.inspection.sources import PhotoSource
from crackscope.types import Pixels

_COMMAND = "measure-check"


@checked
def measure_check(*photos: str | Path, **settings: Unpack[MeasureCheckKeywords]) -> Outcome:
    """`crackscope measure-check` from Python: without photos it writes the sheet.

    Settings are the fields of `MeasureCheckConfig`; `Outcome.data` has the files of the sheet, or
    the measurements.
    """
    return run(make(MeasureCheckConfig, tuple(map(str, photos)), **settings))


@again
def run(config: MeasureCheckConfig) -> Outcome:
    """Write the sheet if no photo is given, otherwise check.html, check.csv and check.json."""
    return _check(config) if config.photos else _sheet(config)


def _sheet(config: MeasureCheckConfig) -> Outcome:
    from crackscope.measurement.check.write import write_sheet

    extras.check("reportlab", "pdf", "write the check sheet as PDF")
    content: dict[str, Any] = {"photos": [], "truth": None, "calibration": None}
    with results_folder(_COMMAND, config, f"sheet-{config.paper}", content) as folder:
        files = write_sheet(folder.path, paper=config.paper)
        text = (
            f"Print {files[-1].name} at 100 %, photograph it as you photograph cracks, then run "
            f"crackscope {_COMMAND} PHOTOS --paper {config.paper}"
        )
        return kept(folder, Outcome(text, folder.path, {"files": [str(file) for file in files]}))


def _check(config: MeasureCheckConfig) -> Outcome:
    extras.check("cv2", "measure", "find the marker of the check sheet")
    from crackscope.measurement.calibration import read_calibration
    from crackscope.measurement.check import evaluate, page, sheet, summary
    from crackscope.measurement.check.camera import Shipped

    lens = None if config.calibration is None else read_calibration(config.calibration)
    truth, shipped = _truth(config.truth), Shipped(lens)
    sources = find(config.photos).photos
    name, content = default_name(config.photos[0]), _content(config, sources)
    with results_folder(_COMMAND, config, name, content) as folder:
        failed: dict[str, str] = {}
        found = evaluate(
            _read(sources, config.max_megapixels, failed),
            shipped,
            shipped.find_marker,
            sheet(config.paper),
            truth_mm=truth,
            truth_u95_mm=config.truth_u95_mm,
            print_dpi=config.print_dpi,
        )
        page.write(found, folder.path)
        lines = [*(f"{name}: {reason}" for name, reason in failed.items()), *summary(found)]
        names = [*failed, *(name for name, _ in found.failed)]
        return kept(folder, Outcome("\n".join(lines), folder.path, found.to_dict(), names))


def _read(
    sources: tuple[PhotoSource, ...], most: float, failed: dict[str, str]
) -> Iterator[tuple[str, Pixels]]:
    """Yield name and pixels of each photo; unreadable photos are added to `failed` with the reason.

    Raises UsageError if none can be read.
    """
    for source in sources:
        try:
            photo = source.photo(most) or decode(source.content(most), source.name, most)
        except ImageError as error:
            failed[source.name] = str(error)
            continue
        yield source.name, photo.pixels
    if len(failed) == len(sources):
        raise UsageError(f"no photo of the check sheet can be read: {failed}")


def _truth(file: Path | None) -> dict[float, float] | None:
    """Printed width by nominal width, in mm."""
    if file is None:
        return None
    try:
        rows = tables.read(file.read_bytes(), file.name, ("width_mm", "printed_mm"))
        return {float(cells["width_mm"]): float(cells["printed_mm"]) for _, cells in rows}
    except (OSError, DatasetError, ValueError) as error:
        raise UsageError(f"truth {file} cannot be read: {error}") from error


def _content(config: MeasureCheckConfig, sources: tuple[PhotoSource, ...]) -> dict[str, Any]:
    files = {"truth": config.truth, "calibration": config.calibration}
    named = {name: file and hashing.of_file(file) for name, file in files.items()}
    return {"photos": [[source.name, *source.stamp()] for source in sources], **named}
