"""Where photos come from: one file a kind, asked in the order of `KINDS`.

A new kind is one new file here, and its name in `KINDS`.
"""

from crackscope.inspection.sources import archive, files, remote, video
from crackscope.inspection.sources.source import Kind

KINDS: dict[str, Kind] = {
    "address": remote.Addresses(),
    "zip file": archive.ZipFiles(),
    "video": video.Videos(),
    "file, folder or glob": files.Files(),
}
"""The first that recognises an argument has it; the last takes whatever is left."""


def kind_of(argument: str) -> Kind:
    """The kind of source that an argument is."""
    return next(kind for kind in KINDS.values() if kind.recognises(argument))
