"""report.pdf: what report.html says, for paper and for files that are kept."""

from collections.abc import Sequence
from pathlib import Path

from crackscope.rendering import thumbnail
from crackscope.rendering.pdf import Pdf
from crackscope.rendering.pdf_card import add_markdown
from crackscope.rendering.pdf_plan import draw_plan
from crackscope.rendering.site_map import plan
from crackscope.reporting import REPORTS, Context, overview, pictures
from crackscope.reporting.names import printable
from crackscope.run_dir import write_atomically
from crackscope.types import PhotoResult, Region

PAGES = "report.pdf"
_PICTURE_SIDE, _PICTURE_QUALITY = 1200, 75
"""About 170 dots an inch on A4."""
_TO_SEE = ("crack", "unsure")


@REPORTS.register("pdf", needs="reportlab")
def write(results: Sequence[PhotoResult], dest: Path, context: Context) -> list[Path]:
    """Summary, plan and tables; a page for each photo to look at; what failed; the model card."""
    photos = overview.worst_first(results)
    pdf = Pdf(f"Photos inspected for cracks: {len(results)}")
    _summary(pdf, results, context)
    _plan(pdf, photos)
    _photos(pdf, photos)
    _failed(pdf, results)
    for result in photos:
        if result.verdict in _TO_SEE:
            _photo(pdf, result, context)
    if context.card:
        pdf.new_page()
        pdf.heading(1, "The model")
        add_markdown(pdf, context.card)
    file = dest / PAGES
    write_atomically(file, pdf.content())
    return [file]


def _summary(pdf: Pdf, results: Sequence[PhotoResult], context: Context) -> None:
    figures = overview.overview(results, context)
    pdf.heading(1, f"Photos inspected for cracks: {figures.photos}")
    pdf.table([[name, str(count)] for name, count in figures.rows()], head=False)
    for sentence in figures.remarks():
        pdf.text(sentence)
    pdf.heading(2, "How this was made")
    pdf.table(context.facts(), head=False)


def _plan(pdf: Pdf, photos: Sequence[PhotoResult]) -> None:
    placed = [(r.metadata.place, str(r.verdict)) for r in photos if r.metadata]
    known = [(place, verdict) for place, verdict in placed if place is not None]
    if known:
        places, verdicts = zip(*known, strict=True)
        pdf.heading(2, "Where they were taken")
        pdf.drawing(draw_plan(plan(places), verdicts, pdf.width))


def _photos(pdf: Pdf, photos: Sequence[PhotoResult]) -> None:
    if photos:
        pdf.heading(2, "Photos")
        pdf.table([["photo", "verdict", "score", "regions", "taken"], *map(_row, photos)])


def _row(result: PhotoResult) -> list[str]:
    verdict = f"{result.verdict}{' (no concrete?)' if result.material == 'other' else ''}"
    taken = (result.metadata and result.metadata.taken) or "–"
    score = f"{result.score:.3f}"
    return [printable(result.path), verdict, score, str(len(result.regions)), taken]


def _failed(pdf: Pdf, results: Sequence[PhotoResult]) -> None:
    failed = overview.failures(results)
    if failed:
        pdf.heading(2, "Not inspected")
        rows = [[printable(path), error.message, error.kind] for path, error in failed]
        pdf.table([["photo", "reason", "kind"], *rows])


def _photo(pdf: Pdf, result: PhotoResult, context: Context) -> None:
    pdf.new_page()
    pdf.heading(2, printable(result.path))
    pdf.text(f"{result.verdict}, score {result.score:.3f}, {result.width} × {result.height} px")
    picture = pictures.overlay(context, result.path, _PICTURE_SIDE, _PICTURE_QUALITY)
    if picture is not None:
        pdf.picture(picture, thumbnail.size_of(picture))
    if result.regions:
        rows = [_region(region) for region in result.regions[: overview.REGIONS_SHOWN]]
        pdf.table([["region", "score", "length (px)", "x (px)", "y (px)"], *rows])
    more = len(result.regions) - overview.REGIONS_SHOWN
    if more > 0:
        pdf.text(f"and {more} more in results.jsonl")


def _region(region: Region) -> list[str]:
    box = region.box
    length = "–" if region.length_px is None else f"{region.length_px:.0f}"
    score = f"{region.score:.3f}"
    return [str(region.id), score, length, f"{box.x0}–{box.x1}", f"{box.y0}–{box.y1}"]
