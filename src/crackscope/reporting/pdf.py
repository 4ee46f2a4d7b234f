"""report.pdf: the content of report.html, for printing and archiving."""

from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from crackscope.rendering import thumbnail
from crackscope.rendering.pdf import CELL_WIDTH, Cell, Pdf, shown
from crackscope.reporting import (
    REPORTS,
    Context,
    crack_widths,
    explained,
    logos,
    overview,
    pictures,
)
from crackscope.reporting.context import one_line
from crackscope.reporting.drawing.pdf_card import add_markdown
from crackscope.reporting.drawing.pdf_curve import draw_curve, draw_legend
from crackscope.reporting.drawing.pdf_plan import draw_plan
from crackscope.reporting.drawing.site_map import plan
from crackscope.reporting.names import printable
from crackscope.reporting.rows import has_cracks, metric
from crackscope.run_dir import write_atomically
from crackscope.types import Crack, PhotoResult, Region

PAGES = "report.pdf"
_PICTURE_SIDE, _PICTURE_QUALITY = 1200, 75
"""About 170 dpi on A4."""
_MOST_BESIDE = 2
"""Maximum columns in mm that fit beside those in pixels."""
_TO_SEE = ("crack", "unsure")
_CARD_HERE = (
    "The model card describes how the model was trained and tested, and its known weaknesses. It "
    "is the appendix at the end."
)
_CARD_ELSEWHERE = (
    "The model card describes how the model was trained and tested, and its known weaknesses. It "
    "is the appendix of report.html. To add it to this file, run `crackscope report RESULTS "
    "--report pdf --card`."
)


@REPORTS.register("pdf", needs="reportlab")
def write(results: Sequence[PhotoResult], dest: Path, context: Context) -> list[Path]:
    """Write the summary, map, tables, failures, and a page for each photo to check.

    Appends the model card if `context.with_card`.
    """
    photos = overview.worst_first(results)
    figures = overview.overview(results, context)
    pdf = Pdf(one_line(context.cover.title) or figures.subject)
    _summary(pdf, figures, context)
    _plan(pdf, photos)
    _widths(pdf, results, context)
    _photos(pdf, photos, context)
    _failed(pdf, results)
    for result in photos:
        if result.verdict in _TO_SEE:
            _photo(pdf, result, context)
    _how(pdf, context)
    if context.card and context.with_card:
        pdf.new_page()
        pdf.heading(1, "Appendix: model card")
        add_markdown(pdf, context.card)
    file = dest / PAGES
    write_atomically(file, pdf.content())
    return [file]


def _summary(pdf: Pdf, figures: overview.Overview, context: Context) -> None:
    _head(pdf, context, figures.subject)
    pdf.table([[name, str(count)] for name, count in figures.rows()], head=False)
    for sentence in figures.remarks():
        pdf.text(sentence)


def _how(pdf: Pdf, context: Context) -> None:
    pdf.new_page()
    pdf.heading(2, "Method")
    pdf.table(context.facts(), head=False)
    if context.card:
        pdf.text(_CARD_HERE if context.with_card else _CARD_ELSEWHERE)


def _head(pdf: Pdf, context: Context, subject: str) -> None:
    cover = context.cover
    if cover.logo:
        jpeg = logos.decoded(cover.logo)
        pdf.logo(jpeg, thumbnail.size_of(jpeg))
    pdf.heading(1, one_line(cover.title) or subject)
    if cover.title:
        pdf.text(subject)
    if rows := cover.rows():
        pdf.table([[name.capitalize(), text] for name, text in rows], head=False)


def _plan(pdf: Pdf, photos: Sequence[PhotoResult]) -> None:
    placed = [(r.metadata.place, str(r.verdict)) for r in photos if r.metadata]
    known = [(place, verdict) for place, verdict in placed if place is not None]
    if known:
        places, verdicts = zip(*known, strict=True)
        pdf.heading(2, "Photo locations")
        pdf.drawing(draw_plan(plan(places), verdicts, pdf.width))


def _widths(pdf: Pdf, results: Sequence[PhotoResult], context: Context) -> None:
    rows = crack_widths.legend(results, context)
    if rows:
        pdf.heading(2, "Crack widths")
        pdf.drawing(draw_legend([(row.name, row.shade) for row in rows], pdf.width))
        pdf.table(
            [
                ["width", "cracks", "length"],
                *([row.name, str(row.cracks), row.length] for row in rows),
            ]
        )
        pdf.text(crack_widths.NOTE)


def _photos(pdf: Pdf, photos: Sequence[PhotoResult], context: Context) -> None:
    if photos:
        pdf.heading(2, "Photos")
        for term, text in explained.terms(photos, context):
            pdf.markup(f"<b>{escape(shown(term))}.</b> {escape(shown(text))}")
        found = "cracks" if has_cracks(photos) else "regions"
        pdf.table([["photo", "verdict", "score", found, "taken"], *map(_row, photos)])


def _row(result: PhotoResult) -> list[str]:
    verdict = f"{result.verdict}{' (not concrete?)' if result.material == 'other' else ''}"
    taken = (result.metadata and result.metadata.taken) or "–"
    score = f"{result.score:.3f}"
    return [printable(result.path), verdict, score, str(len(result.found)), taken]


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
    if result.remark:
        pdf.text(result.remark)
    picture = pictures.overlay(context, result.path, _PICTURE_SIDE, _PICTURE_QUALITY)
    if picture is not None:
        size = thumbnail.size_of(picture)
        pdf.picture(picture, size, pictures.bar_on_photo(result, context, size[0]))
    if result.cracks:
        _cracks(pdf, result, result.cracks[: overview.FOUND_SHOWN], context)
    if result.regions:
        regions = result.regions[: overview.FOUND_SHOWN]
        head = ["region", "score", "length (px)", "x (px)", "y (px)"]
        for table in _with_mm([head, *map(_region, regions)], regions):
            pdf.table(table)
    more = len(result.found) - overview.FOUND_SHOWN
    if more > 0:
        pdf.text(f"{more} more in results.jsonl")


def _cracks(pdf: Pdf, result: PhotoResult, cracks: Sequence[Crack], context: Context) -> None:
    """Add a table of the cracks, and their close-ups."""
    head = ["crack", "score", "length (px)", "branches", "width (px)", "max. width (px)"]
    for table in _with_mm([[*head, "x (px)", "y (px)"], *map(_crack, cracks)], cracks):
        pdf.table(table)
    cells = [_near(pdf, result, crack, context) for crack in cracks]
    if known := [cell for cell in cells if cell is not None]:
        pdf.pictures(known)


def _near(pdf: Pdf, result: PhotoResult, crack: Crack, context: Context) -> Cell | None:
    """The close-up of a crack, with its class and width profile; None if there is no close-up."""
    content = pictures.close_up(context, result.path, crack.id)
    if content is None:
        return None
    size = thumbnail.size_of(content)
    of_class = crack_widths.class_of(crack, context.scale_of(result))
    text = f"crack {crack.id}{f', {of_class}' if of_class else ''}"
    curve = draw_curve(crack, CELL_WIDTH * pdf.width, of_class.shade if of_class else None)
    return Cell(text, content, size, pictures.bar_on_close_up(result, context, size), curve)


def _with_mm(rows: list[list[str]], found: Sequence[Crack | Region]) -> list[list[list[str]]]:
    """The table, head first, with a column for each known size in mm.

    If these columns do not fit on the page, they become a second table.
    """
    known = [[heading, *texts] for heading, texts in metric(found).items()]
    if len(known) <= _MOST_BESIDE:
        return [[[*row, *more] for row, *more in zip(rows, *known, strict=True)]]
    return [rows, [[row[0], *more] for row, *more in zip(rows, *known, strict=True)]]


def _crack(crack: Crack) -> list[str]:
    box, widths = crack.box, crack.width_px
    sizes = [f"{crack.length_px:.0f}", str(len(crack.lines)), f"{widths.median:.1f}"]
    place = [f"{box.x0}–{box.x1}", f"{box.y0}–{box.y1}"]
    return [str(crack.id), f"{crack.score:.3f}", *sizes, f"{widths.max:.1f}", *place]


def _region(region: Region) -> list[str]:
    box = region.box
    length = "–" if region.length_px is None else f"{region.length_px:.0f}"
    score = f"{region.score:.3f}"
    return [str(region.id), score, length, f"{box.x0}–{box.x1}", f"{box.y0}–{box.y1}"]
