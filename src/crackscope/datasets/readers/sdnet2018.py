"""SDNET2018 (Maguire, Dorafshan, Thomas; doi 10.15142/T3TD19): decks, pavements, walls."""

import re
from collections.abc import Iterator
from typing import ClassVar

from crackscope.datasets.readers.reader import READERS, check_crack_class, warn_skipped
from crackscope.datasets.source import Files, is_picture
from crackscope.types.evaluation import Patch

# D/CD/7001-115.jpg, and Decks/Cracked/7001-115.jpg in the repacked edition.
_PATH = re.compile(
    r"(?:.*/)?(?:(?P<surface>[DPW])/(?P<code>[CU])(?P=surface)"
    r"|(?P<place>Decks|Pavements|Walls)/(?P<word>Cracked|Non-cracked))"
    r"/(?P<photo>\d+)-\d+\.jpe?g",
    re.IGNORECASE,
)


@READERS.register("sdnet2018")
class Sdnet2018:
    """`D|P|W/C*|U*`; the number before the dash is the source photo of that structure."""

    name: ClassVar[str] = "sdnet2018"
    licence: ClassVar[str] = "CC BY 4.0"

    def recognises(self, source: Files) -> bool:
        """Whether at least one file has a path as in SDNET2018."""
        return any(_PATH.fullmatch(name) for name in source.names)

    def read(self, source: Files, crack_class: str | None) -> Iterator[Patch]:
        """Every file whose path gives its label and source photo."""
        check_crack_class(crack_class, "C")
        strange = [n for n in source.names if is_picture(n) and not _PATH.fullmatch(n)]
        warn_skipped(source, strange, "not named as in SDNET2018")
        for name in source.names:
            match = _PATH.fullmatch(name)
            if match is not None:
                surface = (match["surface"] or match["place"])[0].upper()
                label = int((match["code"] or match["word"])[0].upper() == "C")
                group = f"{surface}/{match['photo']}"
                yield Patch(name, label, group, self.name, self.licence)
