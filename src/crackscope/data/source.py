"""Where the files of a data set lie: a folder, or a zip that is read in place."""

import os
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Protocol

from crackscope.errors import DatasetError

MAX_MEMBER_BYTES = 512 * 2**20
_PICTURE = re.compile(
    r"\.(jpe|jpe?g|jfif|png|bmp|tiff?|webp|gif|hei[cf]|avif|p[gp]m)", re.IGNORECASE
)
_DRIVE_OR_ESCAPE = ("/", "\\")


class Source(Protocol):
    """Files by name; a name is relative to the root and joined with `/`."""

    root: Path
    name: str
    names: tuple[str, ...]

    def holds(self, name: str) -> bool:
        """Whether there is a file of that name, also one that `names` passes over."""

    def read_bytes(self, name: str) -> bytes:
        """The content of one file; raises OSError where the system refuses."""


class Folder:
    """The files below a folder, or one file; a linked folder is entered once."""

    def __init__(self, root: Path) -> None:
        self.root = root if root.is_dir() else root.parent
        self.name = self.root.resolve().name
        found = _walk(root) if root.is_dir() else [root.name]
        self.names = tuple(sorted(found))

    def holds(self, name: str) -> bool:
        """See `Source`."""
        try:
            return (self.root / name).is_file()
        except (OSError, ValueError):
            return False

    def read_bytes(self, name: str) -> bytes:
        """The content of one file."""
        return (self.root / name).read_bytes()


class Zip:
    """The members of a zip archive; nothing is ever extracted.

    Raises DatasetError for an archive that cannot be read, a member whose name leaves the archive
    and one that would unpack to more than 512 MiB. Safe to read from several threads: zipfile
    gives each open member its own position and locks the shared file.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.name = root.stem
        try:
            self._archive = zipfile.ZipFile(root)
        except (zipfile.BadZipFile, OSError) as error:
            raise DatasetError(f"{root} cannot be read as a zip archive: {error}") from error
        members = [member for member in self._archive.infolist() if not member.is_dir()]
        _check_members(root, members)
        self._members = {member.filename for member in members}
        self.names = tuple(sorted(name for name in self._members if not _is_hidden(name)))

    def holds(self, name: str) -> bool:
        """See `Source`."""
        return name in self._members

    def read_bytes(self, name: str) -> bytes:
        """The content of one member; a damaged one raises OSError."""
        try:
            return self._archive.read(name)
        except Exception as error:  # zipfile raises a dozen kinds on damage
            raise OSError(f"{name} in {self.root} cannot be unpacked: {error}") from error


def open_source(root: Path) -> Source:
    """The folder, zip or single file at `root`; raises DatasetError where there is none."""
    if not root.exists():
        raise DatasetError(f"the labelled data does not exist: {root}")
    if root.suffix.lower() == ".zip":
        return Zip(root)
    return Folder(root)


def is_picture(name: str) -> bool:
    """Whether the name ends like a picture's."""
    return _PICTURE.fullmatch(PurePosixPath(name).suffix) is not None


def leaves_root(name: str) -> bool:
    """Whether a relative name is absolute, names a drive, or climbs above its root."""
    parts = name.replace("\\", "/").split("/")
    return ".." in parts or name.startswith(_DRIVE_OR_ESCAPE) or ":" in parts[0]


def _walk(root: Path) -> Iterator[str]:
    entered: set[str] = set()
    for folder, folders, files in os.walk(root, followlinks=True):
        entered.add(os.path.realpath(folder))
        folders[:] = sorted(
            name
            for name in folders
            if not _is_hidden(name) and os.path.realpath(Path(folder, name)) not in entered
        )
        place = Path(folder).relative_to(root)
        yield from ((place / name).as_posix() for name in files if not _is_hidden(name))


def _is_hidden(name: str) -> bool:
    parts = name.split("/")
    return "__MACOSX" in parts or any(part.startswith(".") for part in parts)


def _check_members(root: Path, members: list[zipfile.ZipInfo]) -> None:
    outside = [member.filename for member in members if leaves_root(member.filename)]
    huge = [member.filename for member in members if member.file_size > MAX_MEMBER_BYTES]
    problems = [f"a name that leaves the archive: {name!r}" for name in outside[:10]]
    problems += [f"more than 512 MiB in one member: {name!r}" for name in huge[:10]]
    if problems:
        raise DatasetError(f"{root} is not trusted; it holds " + "; ".join(problems))
