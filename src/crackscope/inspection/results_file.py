"""results.jsonl: one line per photo, written as soon as it is finished, and used to resume.

errors.jsonl has the same lines for failed photos only.
"""

import errno
import json
import os
from collections import Counter
from collections.abc import Sequence
from itertools import repeat
from pathlib import Path
from types import TracebackType

from crackscope import strict_json
from crackscope.errors import UsageError
from crackscope.run_dir import write_atomically
from crackscope.types import PhotoResult, Verdict
from crackscope.types.fields import check_types

RESULTS, ERRORS = "results.jsonl", "errors.jsonl"


def line(result: PhotoResult) -> str:
    """One line in ASCII, so that names that are not Unicode survive; floats in full precision."""
    return json.dumps(result.to_dict(), allow_nan=False) + "\n"


def write_errors(results: Sequence[PhotoResult], folder: Path) -> None:
    """Write errors.jsonl: the photos that could not be read."""
    lines = (line(result) for result in results if not result.ok)
    write_atomically(folder / ERRORS, "".join(lines))


def read(folder: Path) -> list[PhotoResult]:
    """Read the results in a folder, finished or not; an incomplete last line is dropped.

    Raises UsageError if there are none, or if a complete line is damaged.
    """
    file = folder / RESULTS
    if not file.is_file():
        raise UsageError(f"results must be a folder that contains {RESULTS}. Received: {folder}")
    results = []
    with file.open("rb") as lines:
        for number, text in enumerate(lines, start=1):
            result = _parse(text)
            if result is not None:
                results.append(result)
            elif text.endswith(b"\n"):
                raise UsageError(f"{file}, line {number}, is damaged. Inspect the photos again")
    return results


class ResultsFile:
    """The results so far, on disk; in memory are only the counts of verdicts (None: failed), so
    that memory does not grow with the number of photos.

    With `resume`, keeps the complete lines of an earlier process for the first of `names` (None:
    for any photos); an incomplete last line is dropped. Without, starts anew.
    """

    def __init__(self, folder: Path, names: Sequence[str] | None, resume: bool) -> None:
        path = folder / RESULTS
        kept = path if resume and path.exists() else None
        self.verdicts, end = (Counter(), 0) if kept is None else _kept(kept, names)
        self._file = path.open("ab")
        self._file.truncate(end)
        self._folder = folder

    def __len__(self) -> int:
        return self.verdicts.total()

    def results(self) -> list[PhotoResult]:
        """All results, read from disk."""
        return read(self._folder)

    def append(self, result: PhotoResult) -> None:
        """Add a result; the line is handed to the operating system on return.

        Raises OSError if it cannot be written, also if the file was deleted meanwhile.
        """
        unnamed = os.fstat(self._file.fileno()).st_nlink == 0  # always 0 on some FUSE file systems
        if unnamed and not Path(self._file.name).exists():
            raise FileNotFoundError(errno.ENOENT, "deleted while in use", self._file.name)
        self._file.write(line(result).encode("ascii"))
        self._file.flush()
        self.verdicts[result.verdict] += 1

    def __enter__(self) -> "ResultsFile":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()


def _kept(path: Path, names: Sequence[str] | None) -> tuple[Counter[Verdict | None], int]:
    """The verdicts of the valid results, and the offset of their end."""
    verdicts: Counter[Verdict | None] = Counter()
    end = 0
    with path.open("rb") as lines:
        for name, text in zip(repeat(None) if names is None else names, lines, strict=False):
            result = _parse(text)
            if result is None or name not in (None, result.path):
                break
            verdicts[result.verdict] += 1
            end += len(text)
    return verdicts, end


def _parse(text: bytes) -> PhotoResult | None:
    if not text.endswith(b"\n"):
        return None
    try:
        result = PhotoResult.from_dict(strict_json.document(text))
        check_types(result)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
        return None
    return result
