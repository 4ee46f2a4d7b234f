"""errors.jsonl: the photos that could not be read."""

from collections.abc import Sequence
from pathlib import Path

from crackscope.reporting import REPORTS, Context
from crackscope.reporting.ledger import line
from crackscope.run_dir import write_atomically
from crackscope.types import PhotoResult

ERRORS = "errors.jsonl"


@REPORTS.register("errors")
def write(results: Sequence[PhotoResult], dest: Path, context: Context) -> list[Path]:
    """The same lines as in results.jsonl, the failed ones only."""
    file = dest / ERRORS
    write_atomically(file, "".join(line(result) for result in results if not result.ok))
    return [file]
