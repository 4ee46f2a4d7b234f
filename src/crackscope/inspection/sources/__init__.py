"""Kinds of sources of photos: one file per kind, tried in the order of `KINDS`.

To add a kind, add one file here, and its name to `KINDS`.
"""

import importlib
from collections.abc import Callable
from dataclasses import dataclass

from crackscope.images.files import is_video_name
from crackscope.inspection.sources.source import Kind


@dataclass(frozen=True)
class Home:
    """Location of a kind: class `name` in `module` of this folder, imported only if `may_be`
    accepts the argument by its name."""

    module: str
    name: str
    may_be: Callable[[str], bool]

    def kind(self) -> Kind:
        """Import the kind."""
        module = importlib.import_module(f"{__name__}.{self.module}")
        kind: Kind = getattr(module, self.name)()
        return kind


KINDS: dict[str, Home] = {
    "address": Home("remote", "Addresses", lambda argument: "://" in argument),
    "zip file": Home("archive", "ZipFiles", lambda argument: argument.lower().endswith(".zip")),
    "video": Home("video", "Videos", is_video_name),
    "file, folder or glob": Home("files", "Files", lambda _: True),
}
"""The first kind that recognises an argument takes it; the last takes all others."""


def kind_of(argument: str) -> Kind:
    """The kind of source of an argument."""
    homes = (home for home in KINDS.values() if home.may_be(argument))
    return next(kind for kind in (home.kind() for home in homes) if kind.recognises(argument))
