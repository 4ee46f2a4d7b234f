"""Zip files, read in place without extracting, so that no entry can write a file."""

import lzma
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from crackscope.errors import ImageError
from crackscope.images import zipped
from crackscope.images.read import check_length
from crackscope.images.signature import HEAD_BYTES, is_ours
from crackscope.inspection.sources import PhotoSource, Search
from crackscope.inspection.sources.files import gone
from crackscope.skipped import own_folders

_ENCRYPTED = 1
_DAMAGE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, KeyError, ValueError)
"""Exceptions of zipfile and the decompressors for a damaged or missing entry."""

_STATE_BYTES = 2**20


@dataclass(frozen=True, slots=True)
class ArchiveEntry(PhotoSource):
    """One entry of the zip file `archive`."""

    archive: Path
    entry: str

    def stamp(self) -> tuple[int, int]:
        """Uncompressed size, and the checksum."""
        try:
            info = _opened(self.archive).getinfo(self.entry)
        except _DAMAGE:
            return 0, 0
        return info.file_size, info.CRC

    def content(self, max_megapixels: float) -> bytes:
        """See `PhotoSource`; size and first bytes are checked before the entry is decompressed."""
        if not self.archive.exists():
            raise gone(self.archive)
        try:
            archive = _opened(self.archive)
            info = archive.getinfo(self.entry)
            check_length(info.file_size, max_megapixels)
            if info.flag_bits & _ENCRYPTED:
                raise ImageError(
                    "not_permitted", "encrypted: unpack the zip file with its password"
                )
            if zipped.is_bomb(info):
                raise ImageError(
                    "too_large",
                    f"{info.compress_size} bytes in the zip file expand to {info.file_size} bytes, "
                    "which no photo does. Check where the zip file comes from",
                )
            return zipped.picture(archive, info)
        except NotImplementedError as error:
            raise ImageError("unsupported", f"unsupported zip compression: {error}") from error
        except _DAMAGE as error:
            raise ImageError("unreadable", f"damaged entry of the zip file: {error}") from error


@dataclass(frozen=True, slots=True)
class DamagedArchive(PhotoSource):
    """An invalid zip file, in place of the photos it may have held."""

    reason: str

    def stamp(self) -> tuple[int, int]:
        """Nothing is known."""
        return 0, 0

    def content(self, max_megapixels: float) -> bytes:
        """Always an ImageError."""
        raise ImageError("unreadable", f"zip file not readable: {self.reason}")


class ZipFiles:
    """Zip files that are named explicitly; those in folders are skipped."""

    def recognises(self, argument: str) -> bool:
        """By its name, if it is a file."""
        return argument.lower().endswith(".zip") and Path(argument).is_file()

    def find(self, argument: str, search: Search) -> Iterator[PhotoSource]:
        """The entries that are photos by name and not images by crackscope, sorted; of duplicate
        names the last."""
        path = Path(argument)
        if not search.first_time(str(path.resolve())):
            return
        try:
            entries = {_with_slashes(name): name for name in _opened(path).namelist()}
        except _DAMAGE as error:
            yield DamagedArchive(argument, path.name, str(error))
            return
        below = f"{path.name}/" if search.several else ""
        ours = own_folders(sorted(entries), lambda name: _start(path, entries[name], _STATE_BYTES))
        for name, entry in sorted(entries.items()):
            if name.endswith("/") or not search.wants(name, f"{argument}/", ours):
                continue
            if is_ours(_start(path, entry, HEAD_BYTES)):
                search.skip(f"{argument}/{name}")
            else:
                yield ArchiveEntry(f"{argument}/{name}", below + name, path, entry)


def _with_slashes(name: str) -> str:
    r"""Some Windows programs write folder\photo.jpg, which violates the format."""
    return name.replace("\\", "/")


def _start(path: Path, name: str, length: int) -> bytes:
    """The first `length` bytes of an entry; b"" if it is damaged or encrypted."""
    try:
        with _opened(path).open(name) as entry:
            return entry.read(length)
    except (*_DAMAGE, NotImplementedError, RuntimeError):
        return b""


def _opened(path: Path) -> zipfile.ZipFile:
    """Open once for all entries, whose list is long; thread-safe for reading."""
    state = path.stat()
    return _open(path, state.st_size, state.st_mtime_ns)


@lru_cache(maxsize=4)
def _open(path: Path, size: int, changed: int) -> zipfile.ZipFile:
    return zipfile.ZipFile(path)
