"""Links of a Markdown file, rewritten for the place that it has in the documentation site."""

import os
import re
from collections.abc import Callable
from pathlib import Path, PurePosixPath

_LINK = re.compile(r"(?P<open>\]\()(?P<target>[^)#\s]+)(?P<anchor>#[^)]*)?(?P<close>\))")


def rewritten(text: str, folder: Path, page: str, place: Callable[[Path], str]) -> str:
    """The text of a file in `folder`, for the site's `page`.

    `place` gives the page of the site that stands for a file; raises SystemExit where a link leads
    nowhere.
    """

    def moved(match: re.Match[str]) -> str:
        target = match["target"]
        if "://" in target or target.startswith("mailto:"):
            return match[0]
        path = Path(os.path.normpath(folder / target))
        if not path.exists():
            raise SystemExit(f"{page}: a link leads nowhere. Received: {target}")
        relative = _relative(place(path), PurePosixPath(page).parent)
        return f"{match['open']}{relative}{match['anchor'] or ''}{match['close']}"

    return _LINK.sub(moved, text)


def _relative(page: str, folder: PurePosixPath) -> str:
    return PurePosixPath(os.path.relpath(page, folder)).as_posix()
