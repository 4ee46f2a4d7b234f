"""METU, "Concrete Crack Images for Classification" (Özgenel, doi 10.17632/5y9wdsg2zt.2)."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import ClassVar

from crackscope.datasets.readers.reader import READERS, check_crack_class, warn_skipped
from crackscope.datasets.source import Files, is_picture
from crackscope.errors import DatasetError
from crackscope.types.evaluation import Patch

_LABELS = {"Positive": 1, "Negative": 0}
_FILE_NAME = re.compile(r"\d{5}(_1)?\.jpg")


@READERS.register("metu")
class Metu:
    """`Positive` and `Negative`, possibly in a folder; the source photos are unknown."""

    name: ClassVar[str] = "metu"
    licence: ClassVar[str] = "CC BY 4.0"

    def recognises(self, source: Files) -> bool:
        """Whether there are two class folders with files such as 00001.jpg and 10103_1.jpg, or the
        publisher's .rar."""
        pictures = [path for path in map(PurePosixPath, source.names) if _label(path) is not None]
        named = all(_FILE_NAME.fullmatch(path.name) for path in pictures)
        places = {path.parent.parent for path in pictures}
        both = {path.parent.name for path in pictures} == set(_LABELS)
        return _packed(source) or (named and both and len(places) == 1)

    def read(self, source: Files, crack_class: str | None) -> Iterator[Patch]:
        """Every file in both class folders."""
        check_crack_class(crack_class, "Positive")
        if _packed(source):
            raise DatasetError(
                f"{source.root} contains the publisher's .rar, which cannot be read in place. "
                "Unpack it with `unar FILE.rar`, `unrar x FILE.rar`, `bsdtar -xf FILE.rar` or "
                "7-Zip, and give the folder that contains Positive and Negative"
            )
        strange = [n for n in source.names if is_picture(n) and _label(PurePosixPath(n)) is None]
        warn_skipped(source, strange, "not a JPEG in Positive or Negative")
        for name in source.names:
            label = _label(PurePosixPath(name))
            if label is not None:
                yield Patch(name, label, dataset=self.name, licence=self.licence)


def _label(path: PurePosixPath) -> int | None:
    return _LABELS.get(path.parent.name) if path.suffix.lower() in (".jpg", ".jpeg") else None


def _packed(source: Files) -> bool:
    paths = [PurePosixPath(name) for name in source.names]
    return any(path.suffix.lower() == ".rar" for path in paths) and not any(
        _label(path) is not None for path in paths
    )
