"""Reads entries of zip files, checked before they are unpacked.

fsspec would add a dependency to the plain install, around the same zipfile.
"""

from zipfile import ZipFile, ZipInfo

from crackscope.images.signature import format_of

_START = 64
"""Bytes needed to detect any image format."""
_ALWAYS, _DENSEST = 2**26, 100
"""Entries up to 64 MiB are always unpacked; larger ones if compressed at most 100 to 1."""


def is_bomb(entry: ZipInfo) -> bool:
    """Whether the compression ratio of an entry is too high for a photo (zip bomb)."""
    return entry.file_size > max(_ALWAYS, _DENSEST * entry.compress_size)


def picture(archive: ZipFile, entry: ZipInfo) -> bytes:
    """The content of an entry; only its first bytes if these are not of an image format. Raises the
    errors of `zipfile`."""
    with archive.open(entry) as file:
        start = file.read(_START)
        return start + file.read() if format_of(start) else start
