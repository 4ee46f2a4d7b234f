"""File names that every system takes, and names that every screen shows."""

import re
import unicodedata
from collections.abc import Iterable, Sequence

_FORBIDDEN = re.compile(r'[<>:"|?*\\\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]')
_DEVICES = frozenset(
    ["con", "prn", "aux", "nul", *(f"{kind}{n}" for kind in ("com", "lpt") for n in range(10))]
)
_LONGEST = 200
"""Bytes of one part, so that a suffix still fits into the 255 that file systems allow."""


def overlay_names(relative: Iterable[str]) -> list[str]:
    """`overlays/<relative path>.jpg` for each path, in order; x.jpg and x.jpeg become x.jpg."""
    return file_names(relative, "overlays", ".jpg", (".jpg", ".jpeg"))


def mask_names(relative: Iterable[str]) -> list[str]:
    """`masks/<relative path>.png` for each path, in order."""
    return file_names(relative, "masks", ".png")


def rectified_names(relative: Iterable[str]) -> list[str]:
    """`rectified/<relative path>.jpg` for each path, in order; x.jpg and x.jpeg become x.jpg."""
    return file_names(relative, "rectified", ".jpg", (".jpg", ".jpeg"))


def file_names(
    relative: Iterable[str], folder: str, suffix: str, same: Sequence[str] = ()
) -> list[str]:
    """A file below `folder` for each path, in order: `suffix` is added, in place of an ending that
    means the `same`.

    Safe on every system, inside the folder, and no two alike, letter case and Unicode form aside.
    """
    taken: set[str] = set()
    parts = (_safe(path.split("/"), suffix) for path in relative)
    return [_free("/".join((folder, *part)), suffix, same, taken) for part in parts]


def thumbnail_name(overlay: str) -> str:
    """Where the small copy of a photo is kept whose overlay has that name."""
    return f"thumbnails/{overlay.removeprefix('overlays/')}"


def close_up_name(overlay: str, crack: int) -> str:
    """Where a crack of the photo is shown from near whose overlay has that name."""
    return f"close-ups/{overlay.removeprefix('overlays/')}/{crack}.jpg"


def printable(name: str) -> str:
    """The name on one line: what no screen can show becomes an escape such as `\\n`."""
    shown = (c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in name)
    return "".join(shown)


def encodable(name: str) -> str:
    """The name as UTF-8 can hold it: what is no Unicode becomes an escape such as `\\udcff`."""
    return name.encode("utf-8", "backslashreplace").decode()


def _free(base: str, suffix: str, same: Sequence[str], taken: set[str]) -> str:
    ending = next((end for end in same if base.lower().endswith(end)), "")
    base = base[: len(base) - len(ending)]
    number, name = 1, f"{base}{suffix}"
    while (key := unicodedata.normalize("NFKC", name).casefold()) in taken:
        number += 1
        name = f"{base} ({number}){suffix}"
    taken.add(key)
    return name


def _safe(parts: Sequence[str], suffix: str) -> list[str]:
    *folders, file = [_safe_part(part) for part in parts if part not in ("", ".")] or ["_"]
    # A folder never ends as a file does, so no file can stand where a folder must.
    folders = [f"{name}_" if name.lower().endswith(suffix) else name for name in folders]
    return [*folders, file]


def _safe_part(part: str) -> str:
    short = _FORBIDDEN.sub("_", part).encode()[:_LONGEST].decode(errors="ignore")
    name = short.rstrip(". ") or "_"
    return f"_{name}" if name.split(".")[0].rstrip().casefold() in _DEVICES else name
