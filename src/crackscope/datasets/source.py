"""Access to the files of a data set, in a folder or in a zip that is read in place."""

import os
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Protocol

from crackscope.errors import DatasetError
from crackscope.images import zipped
from crackscope.images.signature import is_our_file
from crackscope.skipped import OWN_PICTURES, is_ours, is_system, outermost, own_folders

MAX_MEMBER_BYTES = 512 * 2**20
_PICTURE = re.compile(
    r"\.(jpe|jpe?g|jfif|png|bmp|tiff?|webp|gif|hei[cf]|avif|p[gp]m)", re.IGNORECASE
)
_DRIVE_OR_ESCAPE = ("/", "\\")


class Files(Protocol):
    """Files by name; a name is relative to the root and joined with `/`.

    `skipped` are the files and folders that are not in `names`, such as trash and thumbnails (see
    `crackscope.skipped`).
    """

    root: Path
    name: str
    names: tuple[str, ...]
    skipped: tuple[str, ...]

    def holds(self, name: str) -> bool:
        """Whether there is a file of that name, including skipped ones."""

    def read_bytes(self, name: str) -> bytes:
        """The content of one file; raises OSError if it cannot be read."""


class Folder:
    """The files in a folder and its subfolders, or one file; a linked folder is entered once."""

    def __init__(self, root: Path) -> None:
        self.root = root if root.is_dir() else root.parent
        self.name = self.root.resolve().name
        skipped: list[str] = []
        found = _walk(root, skipped) if root.is_dir() else [root.name]
        self.names = tuple(sorted(found))
        self.skipped = tuple(skipped)

    def holds(self, name: str) -> bool:
        """See `Files`."""
        try:
            return (self.root / name).is_file()
        except (OSError, ValueError):
            return False

    def read_bytes(self, name: str) -> bytes:
        """The content of one file."""
        return (self.root / name).read_bytes()


class Zip:
    """The members of a zip archive, read in place.

    Raises DatasetError for an unreadable archive, a member whose name points outside the archive,
    and a member of more than 512 MiB, or with the compression ratio of a zip bomb. Thread-safe:
    zipfile gives each open member its own position and locks the shared file.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.name = root.stem
        try:
            self._archive = zipfile.ZipFile(root)
        except (zipfile.BadZipFile, OSError) as error:
            raise DatasetError(f"{root} is not a readable zip archive: {error}") from error
        members = [member for member in self._archive.infolist() if not member.is_dir()]
        _check_members(root, members)
        self._members = {member.filename for member in members}
        ours = own_folders(self._members, self.read_bytes)
        places = {name: outermost(name, ours) for name in sorted(self._members)}
        self.names = tuple(name for name, place in places.items() if place is None)
        shown = (place for name, place in places.items() if place is not None and _shows(name))
        self.skipped = tuple(dict.fromkeys(shown))

    def holds(self, name: str) -> bool:
        """See `Files`."""
        return name in self._members

    def read_bytes(self, name: str) -> bytes:
        """The content of one member; raises OSError if it is damaged.

        Of a member that is named like an image but is not one, only the first bytes.
        """
        try:
            if is_picture(name):
                return zipped.picture(self._archive, self._archive.getinfo(name))
            return self._archive.read(name)
        except Exception as error:  # zipfile raises a dozen kinds on damage
            raise OSError(f"cannot unpack {name} in {self.root}: {error}") from error


def open_source(root: Path) -> Files:
    """The folder, zip or single file at `root`; raises DatasetError if it does not exist."""
    if not root.exists():
        raise DatasetError(f"the labelled data does not exist: {root}")
    if root.suffix.lower() == ".zip":
        return Zip(root)
    return Folder(root)


def is_picture(name: str) -> bool:
    """Whether the name has the extension of an image format."""
    return _PICTURE.fullmatch(PurePosixPath(name).suffix) is not None


def leaves_root(name: str) -> bool:
    """Whether a name is absolute, has a drive letter, or points above its root."""
    parts = name.replace("\\", "/").split("/")
    return ".." in parts or name.startswith(_DRIVE_OR_ESCAPE) or ":" in parts[0]


def _walk(root: Path, skipped: list[str]) -> Iterator[str]:
    """The files in a folder and its subfolders; those omitted are added to `skipped`."""
    entered: set[str] = set()
    for folder, folders, files in os.walk(root, followlinks=True):
        place = Path(folder).relative_to(root)
        entered.add(os.path.realpath(folder))
        ours = is_ours(files, lambda name, at=folder: Path(at, name).read_bytes())  # type: ignore[misc]
        if ours and folder != str(root):
            skipped.append(place.as_posix())
            folders.clear()
            continue
        out = {name for name in folders if is_system(name) or (ours and name in OWN_PICTURES)}
        out |= {name for name in files if is_system(name) or _is_drawn(Path(folder, name))}
        skipped += sorted((place / n).as_posix() for n in out if n in folders or _shows(n))
        folders[:] = sorted(
            name
            for name in folders
            if name not in out and os.path.realpath(Path(folder, name)) not in entered
        )
        yield from ((place / name).as_posix() for name in files if name not in out)


def _is_drawn(file: Path) -> bool:
    return is_picture(file.name) and is_our_file(file)


def _shows(name: str) -> bool:
    """Whether a skipped file is an image, and not the metadata file of macOS for one."""
    return is_picture(name) and not PurePosixPath(name).name.startswith("._")


def _check_members(root: Path, members: list[zipfile.ZipInfo]) -> None:
    outside = [member.filename for member in members if leaves_root(member.filename)]
    huge = [member.filename for member in members if member.file_size > MAX_MEMBER_BYTES]
    bombs = [member.filename for member in members if zipped.is_bomb(member)]
    problems = [f"a name outside the archive: {name!r}" for name in outside[:10]]
    problems += [f"a member of more than 512 MiB: {name!r}" for name in huge[:10]]
    problems += [f"a member compressed more than 100 to 1: {name!r}" for name in bombs[:10]]
    if problems:
        raise DatasetError(f"{root} is not safe to read. It contains " + "; ".join(problems))
