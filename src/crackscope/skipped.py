"""Folders to skip when a folder is searched: trash, thumbnails, and our own results.

Network drives and desktops keep deleted photos and thumbnails beside the photos. Such a folder is
only searched if it is named itself.
"""

from collections.abc import Callable, Collection, Sequence
from pathlib import PurePosixPath

from crackscope import strict_json

STATE = "run.json"
"""Present in every results folder from the start of the command."""
_RESULTS = "results.jsonl"
OWN_PICTURES = frozenset({"overlays", "thumbnails", "masks", "close-ups"})
"""Folders of images that an inspection writes; its results folder may hold photos, too."""

_OF_SYSTEMS = frozenset(
    [
        *("@eadir", "#recycle", "#snapshot", "@tmp", "@sharebin"),  # Synology
        *("@recycle", "@recently-snapshot"),  # QNAP
        *("$recycle.bin", "recycler", "recycled", "system volume information"),  # Windows
        *("__macosx", "network trash folder", "temporary items"),  # macOS
        *("~snapshot", "lost+found"),
    ]
)
_SHOWN = 5


def is_system(name: str) -> bool:
    """Whether a file or folder of that name is hidden, or belongs to the operating system."""
    return (name.startswith(".") and name not in (".", "..")) or name.casefold() in _OF_SYSTEMS


def is_ours(names: Collection[str], read: Callable[[str], bytes]) -> bool:
    """Whether the folder that holds these names is a results folder of crackscope."""
    return STATE in names and (_RESULTS in names or _is_state(STATE, read))


def own_folders(names: Collection[str], read: Callable[[str], bytes]) -> frozenset[str]:
    """The results folders among those that hold the files `names`, joined with /.

    If the searched folder itself is one, only its folders of overlays and the like: it may hold
    photos, too.
    """
    found: set[str] = set()
    for name in names:
        folder, _, last = name.rpartition("/")
        if last == STATE and _is_state(name, read):
            found |= {folder} if folder else OWN_PICTURES
    return frozenset(found)


def _is_state(name: str, read: Callable[[str], bytes]) -> bool:
    """Whether it is our state file, and not another program's run.json."""
    try:
        state = strict_json.document(read(name))
    except (OSError, ValueError, KeyError):
        return False
    return {"identity", "finished"} <= state.keys()


def outermost(path: str, ours: Collection[str] = ()) -> str | None:
    """The outermost skipped folder or file of a path, joined with /; None if it is not skipped.

    `ours` are results folders of crackscope.
    """
    parts = PurePosixPath(path).parts
    for count in range(1, len(parts) + 1):
        beginning = "/".join(parts[:count])
        if is_system(parts[count - 1]) or (count < len(parts) and beginning in ours):
            return beginning
    return None


def in_words(places: Sequence[str], include: str) -> str:
    """The skipped places as a message; `include` says how to include them."""
    shown = ", ".join([*places[:_SHOWN], *(["…"] if len(places) > _SHOWN else [])])
    return (
        f"skipped {len(places)} folders or files (trash, thumbnails, hidden files, or crackscope "
        f"results): {shown}. {include}"
    )
