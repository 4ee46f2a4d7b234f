"""File names that are valid on every system, and printable names."""

import re
import unicodedata
from collections.abc import Iterable, Sequence

_FORBIDDEN = re.compile(r'[<>:"|?*\\\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]')
_DEVICES = frozenset(
    ["con", "prn", "aux", "nul", *(f"{kind}{n}" for kind in ("com", "lpt") for n in range(10))]
)
_LONGEST = 200
"""Maximum bytes of one path component, so that a suffix fits into the usual limit of 255."""


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
    """A file in `folder` for each path, in order, with `suffix` added.

    An extension listed in `same` is replaced by `suffix`. Names are valid on every system, stay
    inside the folder, and are unique, also ignoring case and Unicode form.
    """
    taken: set[str] = set()
    parts = (_safe(path.split("/"), suffix) for path in relative)
    return [_free("/".join((folder, *part)), suffix, same, taken) for part in parts]


def thumbnail_name(overlay: str) -> str:
    """The path of the small copy of a photo, from the name of its overlay."""
    return f"thumbnails/{overlay.removeprefix('overlays/')}"


def close_up_name(overlay: str, crack: int) -> str:
    """The path of the close-up of a crack, from the name of the photo's overlay."""
    return f"close-ups/{overlay.removeprefix('overlays/')}/{crack}.jpg"


def printable(name: str) -> str:
    """The name on one line, with unprintable characters as escapes such as `\\n`."""
    shown = (c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in name)
    return "".join(shown)


def encodable(name: str) -> str:
    """The name as valid UTF-8, with other bytes as escapes such as `\\udcff`."""
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
    # A folder never has the suffix of a file, so the two cannot collide.
    folders = [f"{name}_" if name.lower().endswith(suffix) else name for name in folders]
    return [*folders, file]


def _safe_part(part: str) -> str:
    short = _FORBIDDEN.sub("_", part).encode()[:_LONGEST].decode(errors="ignore")
    name = short.rstrip(". ") or "_"
    return f"_{name}" if name.split(".")[0].rstrip().casefold() in _DEVICES else name
