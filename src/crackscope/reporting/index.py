"""index.html: a list of the overlays, likely cracks first; small for any number of photos."""

from collections.abc import Sequence
from pathlib import Path

from crackscope.rendering import markup
from crackscope.reporting import REPORTS, Context, pictures
from crackscope.reporting.names import printable
from crackscope.reporting.overview import failures, worst_first
from crackscope.run_dir import write_atomically
from crackscope.types import PhotoResult


@REPORTS.register("index")
def write(results: Sequence[PhotoResult], dest: Path, context: Context) -> list[Path]:
    """Write a page of links, with a list of unreadable photos."""
    rows = [
        (printable(result.path), pictures.link(context, result.path, dest), result)
        for result in worst_first(results)
    ]
    failed = [(printable(path), error) for path, error in failures(results)]
    page = markup.template("reporting/index.html.jinja").render(rows=rows, failed=failed)
    file = dest / "index.html"
    write_atomically(file, page.encode("utf-8", "backslashreplace"))
    return [file]
