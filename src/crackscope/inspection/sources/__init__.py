"""Where photos come from: one file a kind.

A new kind is one new file here, and its place in `_kinds`.
"""

from collections.abc import Iterator

from crackscope.images.files import is_video_name
from crackscope.inspection.sources import files
from crackscope.inspection.sources.source import Kind


def kind_of(argument: str) -> Kind:
    """The kind of source that an argument is: the first that recognises it."""
    return next(kind for kind in _kinds(argument) if kind.recognises(argument))


def _kinds(argument: str) -> Iterator[Kind]:
    """Those that an argument may be by its name, each imported where one is met; the last takes
    whatever is left."""
    if "://" in argument:
        from crackscope.inspection.sources import remote

        yield remote.Addresses()
    if argument.lower().endswith(".zip"):
        from crackscope.inspection.sources import archive

        yield archive.ZipFiles()
    if is_video_name(argument):
        from crackscope.inspection.sources import video

        yield video.Videos()
    yield files.Files()
