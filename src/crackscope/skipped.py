"""Folders that nobody means when a folder is named: trash, thumbnails, and our own output.

Drives of networks and desktops keep deleted photos and thumbnails beside the photos. Whoever names
such a folder itself means it.
"""

from collections.abc import Callable, Collection, Sequence
from pathlib import PurePosixPath

from crackscope import strict_json

STATE = "run.json"
"""Lies in every folder that a command wrote, from its beginning on."""
_RESULTS = "results.jsonl"
OWN_PICTURES = frozenset({"overlays", "thumbnails", "masks", "close-ups"})
"""What an inspection draws into its folder, which may be one that holds photos."""

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
    """Whether a file or folder of that name is hidden, or one that a system keeps for itself."""
    return (name.startswith(".") and name not in (".", "..")) or name.casefold() in _OF_SYSTEMS


def is_ours(names: Collection[str], read: Callable[[str], bytes]) -> bool:
    """Whether a command of crackscope wrote the folder that holds these names."""
    return STATE in names and (_RESULTS in names or _is_state(STATE, read))


def own_folders(names: Collection[str], read: Callable[[str], bytes]) -> frozenset[str]:
    """The folders that crackscope wrote, of those that hold the files `names`, joined with /.

    Of the folder that was named itself only what an inspection draws: it may hold photos too.
    """
    found: set[str] = set()
    for name in names:
        folder, _, last = name.rpartition("/")
        if last == STATE and _is_state(name, read):
            found |= {folder} if folder else OWN_PICTURES
    return frozenset(found)


def _is_state(name: str, read: Callable[[str], bytes]) -> bool:
    """Whether it is a state file of ours; it may be anybody's, in a zip file or on a server."""
    try:
        state = strict_json.document(read(name))
    except (OSError, ValueError, KeyError):
        return False
    return {"identity", "finished"} <= state.keys()


def outermost(path: str, ours: Collection[str] = ()) -> str | None:
    """The beginning of a path, joined with /, that is skipped; None where nothing is.

    `ours` are the folders that crackscope wrote.
    """
    parts = PurePosixPath(path).parts
    for count in range(1, len(parts) + 1):
        beginning = "/".join(parts[:count])
        if is_system(parts[count - 1]) or (count < len(parts) and beginning in ours):
            return beginning
    return None


def in_words(places: Sequence[str], include: str) -> str:
    """What was skipped, in a sentence; `include` says how to include it."""
    shown = ", ".join([*places[:_SHOWN], *(["…"] if len(places) > _SHOWN else [])])
    return (
        f"skipped {len(places)} folders or files (trash, thumbnails, hidden, or crackscope's own "
        f"output): {shown}. {include}"
    )
