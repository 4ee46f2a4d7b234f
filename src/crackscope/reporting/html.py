"""index.html: every photo with its overlay, the worst first. The page runs no script."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from crackscope.rendering import template
from crackscope.rendering.page import link
from crackscope.reporting import REPORTS, Context
from crackscope.reporting.names import printable
from crackscope.run_dir import write_atomically
from crackscope.types import PhotoResult

PAGE = "index.html"
_ORDER = ("crack", "unsure", "no crack")


def worst_first(results: Sequence[PhotoResult]) -> list[PhotoResult]:
    """The photos that were scored: crack before unsure before no crack, then by score."""
    scored = [result for result in results if result.ok]
    return sorted(scored, key=lambda r: (_ORDER.index(str(r.verdict)), -(r.score or 0.0)))


@REPORTS.register("html")
def write(results: Sequence[PhotoResult], dest: Path, context: Context) -> list[Path]:
    """One page that needs nothing but the overlays beside it."""
    photos = worst_first(results)
    others = sum(result.surface == "other" for result in photos)
    by_name = sorted(photos, key=lambda result: result.path)
    place = {result.path: index for index, result in enumerate(by_name)}
    counts = Counter(str(result.verdict) for result in photos)
    page = template.load("reporting/index.html.jinja").render(
        photos=[_figure(result, place[result.path], context) for result in photos],
        failed=[(printable(r.path), r.error) for r in results if r.error is not None],
        counts={verdict: counts[verdict] for verdict in _ORDER},
        others=others,
        total=len(results),
        context=context,
    )
    file = dest / PAGE
    write_atomically(file, page.encode("utf-8", "backslashreplace"))
    return [file]


def _figure(result: PhotoResult, by_name: int, context: Context) -> dict[str, Any]:
    overlay = context.overlays.get(result.path)
    return {
        "name": printable(result.path),
        "source": link(overlay) if overlay else None,
        "verdict": result.verdict,
        "kind": str(result.verdict).replace(" ", "-"),
        "other": result.surface == "other",
        "score": result.score,
        "regions": result.regions,
        "size": f"{result.width} × {result.height} px",
        "by_name": by_name,
    }
