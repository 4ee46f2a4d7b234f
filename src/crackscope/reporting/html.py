"""report.html: a self-contained page that opens offline, prints, and can be sent by email."""

import base64
import hashlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from crackscope import environment
from crackscope.rendering import thumbnail
from crackscope.rendering.markup import data_uri, from_markdown, template
from crackscope.reporting import REPORTS, Context, explained, pictures
from crackscope.reporting.context import one_line
from crackscope.reporting.names import printable
from crackscope.reporting.overview import FOUND_SHOWN, failures, overview, worst_first
from crackscope.reporting.rows import has_cracks, in_mm
from crackscope.run_dir import write_atomically
from crackscope.types import PhotoResult

if TYPE_CHECKING:
    from crackscope.rendering.scale_bar import Bar
    from crackscope.reporting.drawing.site_map import SiteMap
    from crackscope.reporting.drawing.width_profile import Curve, Profile

PAGE = "report.html"
_PICTURE_BYTES = 55e6
"""Maximum bytes of images, so that the page can be mailed; the first photos get them."""
_CURVE = (240, 40)
"""Width and height of a width profile in pixels."""
_AT_ONCE = 32
"""Photos whose images are made in one batch, on all cores."""


@REPORTS.register("html")
def write(results: Sequence[PhotoResult], dest: Path, context: Context) -> list[Path]:
    """Write one self-contained page, with links to the overlays."""
    rows = _rows(worst_first(results), dest, context)
    figures = overview(results, context)
    script = template("reporting/report.js").render()
    page = template("reporting/report.html.jinja").render(
        overview=figures,
        title=one_line(context.cover.title) or figures.subject,
        subject=figures.subject,
        terms=explained.terms(results, context),
        of_photo=explained.of_photo(results, context),
        of_found=explained.of_found(results),
        photos=rows,
        failed=[(printable(path), error) for path, error in failures(results)],
        site=_site(rows),
        threshold=next((row.result.threshold for row in rows), None),
        shades=_shades,
        cracks=has_cracks(results),
        in_mm=in_mm,
        curve_size=_CURVE,
        **_widths(results, context),
        shown=FOUND_SHOWN,
        context=context,
        card=from_markdown(context.card, heading=3),
        script=Markup(script),
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
    )
    file = dest / PAGE
    write_atomically(file, page.encode("utf-8", "backslashreplace"))
    return [file]


def _widths(results: Sequence[PhotoResult], context: Context) -> dict[str, Any]:
    """Template values for measured widths; empty, without imports, if there are none."""
    if all(crack.width_mm is None for photo in results for crack in photo.cracks or ()):
        return {"classes": [], "class_note": "", "class_of": lambda crack, result: None}
    from crackscope.reporting import crack_widths

    return {
        "classes": crack_widths.legend(results, context),
        "class_note": crack_widths.NOTE,
        "class_of": lambda crack, result: crack_widths.class_of(crack, context.scale_of(result)),
    }


def _shades() -> list[str]:
    """Colours of the legend of heat maps."""
    from crackscope.rendering import colour

    return [f"rgb{colour.of_score(step / 8)}" for step in range(9)]


@dataclass(frozen=True)
class _Row:
    """A row of the table of photos."""

    result: PhotoResult
    name: str
    kind: str
    overlay: str | None
    pictures: dict[str, Any] | None


@dataclass(frozen=True)
class _CloseUp:
    """The close-up of a crack: image URI, size in pixels, scale bar, and its width along it.

    `curve` and `band`, that of its interval, are paths of an SVG; `along` says what they show.
    """

    uri: str
    width: int
    height: int
    bar: "Bar | None"
    curve: str
    band: str
    along: str


def _paths(found: "Profile", curves: "Sequence[Curve]", end: str = "") -> str:
    """Curves of a width profile as the path of an SVG of `_CURVE` pixels."""
    width, height = _CURVE
    scaled = found.within(curves, width, height - 2)
    ways = ("L".join(f"{x:g} {height - y:g}" for x, y in curve) for curve in scaled)
    return "".join(f"M{way}{end}" for way in ways)


def _rows(photos: Sequence[PhotoResult], dest: Path, context: Context) -> list[_Row]:
    """One row per photo."""
    return [
        _Row(
            result=result,
            name=printable(result.path),
            kind=str(result.verdict).replace(" ", "-"),
            overlay=pictures.link(context, result.path, dest),
            pictures=shown,
        )
        for result, shown in zip(photos, _shown(photos, context), strict=True)
    ]


def _shown(photos: Sequence[PhotoResult], context: Context) -> Iterator[dict[str, Any] | None]:
    """The images of each photo until `_PICTURE_BYTES` is used up, then None."""
    room = _PICTURE_BYTES
    with ThreadPoolExecutor(environment.cores(), thread_name_prefix="pictures") as pool:
        for start in range(0, len(photos), _AT_ONCE):
            batch = photos[start : start + _AT_ONCE]
            if room <= 0:
                yield from repeat(None, len(batch))
                continue
            for shown in pool.map(partial(_pictures, context=context), batch):
                kept = shown if room > 0 else None
                room -= kept["size"] if kept else 0
                yield kept


def _pictures(result: PhotoResult, context: Context) -> dict[str, Any] | None:
    heat = pictures.overlay(context, result.path)
    if heat is None:
        return None
    width, height = thumbnail.size_of(heat)
    plain = pictures.plain(context, result.path)
    uris = {
        "heat": data_uri(heat, "image/jpeg"),
        "plain": plain and data_uri(plain, "image/jpeg"),
    }
    near = _close_ups(result, context)
    contents = [*uris.values(), *(one.uri + one.curve + one.band for one in near.values())]
    size = sum(len(content or "") for content in contents)
    bar = pictures.bar_on_photo(result, context, width)
    shape = {"width": width, "height": height, "bar": bar}
    return {**uris, **shape, "close_ups": near, "size": size}


def _close_ups(result: PhotoResult, context: Context) -> dict[int, _CloseUp]:
    """The close-ups of a photo, by crack id."""
    cracks, near = (result.cracks or ())[:FOUND_SHOWN], dict[int, _CloseUp]()
    if not cracks:
        return near
    from crackscope.reporting.drawing.width_profile import profile  # sound photos have none

    for crack in cracks:
        content = pictures.close_up(context, result.path, crack.id)
        if content is not None:
            from crackscope.reporting.drawing.width_profile import profile  # sound photos have none

            size = thumbnail.size_of(content)
            bar = pictures.bar_on_close_up(result, context, size)
            uri = data_uri(content, "image/jpeg")
            found = profile(crack)
            curve, band = _paths(found, found.curves), _paths(found, found.bands, "Z")
            near[crack.id] = _CloseUp(uri, *size, bar, curve, band, str(found))
    return near


def _site(rows: Sequence[_Row]) -> "tuple[SiteMap, list[tuple[int, _Row]]] | None":
    """The map of photo locations, and the row of each with its number, from 1."""
    places, owners = [], []
    for number, row in enumerate(rows, start=1):
        if row.result.metadata and (place := row.result.metadata.place):
            places.append(place)
            owners.append((number, row))
    if not places:
        return None
    from crackscope.reporting.drawing.site_map import plan  # many photos have no position

    return plan(places), owners
