"""Where photos come from: one file a kind, asked in the order of `KINDS`.

A new kind is one new file here, and its name in `KINDS`.
"""

import importlib
from collections.abc import Callable
from dataclasses import dataclass

from crackscope.images.files import is_video_name
from crackscope.inspection.sources.source import Kind


@dataclass(frozen=True)
class Home:
    """Where a kind is: the class `name` in a `module` of this folder, which is imported for an
    argument that `may_be` of it by its name."""

    module: str
    name: str
    may_be: Callable[[str], bool]

    def kind(self) -> Kind:
        """The kind itself."""
        module = importlib.import_module(f"{__name__}.{self.module}")
        kind: Kind = getattr(module, self.name)()
        return kind


KINDS: dict[str, Home] = {
    "address": Home("remote", "Addresses", lambda argument: "://" in argument),
    "zip file": Home("archive", "ZipFiles", lambda argument: argument.lower().endswith(".zip")),
    "video": Home("video", "Videos", is_video_name),
    "file, folder or glob": Home("files", "Files", lambda _: True),
}
"""The first that recognises an argument has it; the last takes whatever is left."""


def kind_of(argument: str) -> Kind:
    """The kind of source that an argument is."""
    homes = (home for home in KINDS.values() if home.may_be(argument))
    return next(kind for kind in (home.kind() for home in homes) if kind.recognises(argument))
