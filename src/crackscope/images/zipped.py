"""Entries of zip files: looked at before they are unpacked.

fsspec would be one more package in a plain install, around the same zipfile.
"""

from zipfile import ZipFile, ZipInfo

from crackscope.images.signature import format_of

_START = 64
"""Bytes by which every picture is known."""
_ALWAYS, _DENSEST = 2**26, 100
"""Up to so many bytes an entry is unpacked however it is packed; above at most 100 to 1."""


def is_bomb(entry: ZipInfo) -> bool:
    """Whether an entry unpacks to so much more than it holds that it is no photo."""
    return entry.file_size > max(_ALWAYS, _DENSEST * entry.compress_size)


def picture(archive: ZipFile, entry: ZipInfo) -> bytes:
    """The content of an entry; of one that does not begin as a picture the first bytes alone, which
    say so. Raises what `zipfile` raises."""
    with archive.open(entry) as file:
        start = file.read(_START)
        return start + file.read() if format_of(start) else start
