"""All files of a run: each damaged by its number, read, and judged."""

import json
import random
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, get_args

from crackscope.errors import ImageErrorKind
from fuzz import witness
from fuzz.damages import DAMAGES
from fuzz.keeper import CRASH, HANG, TRACEBACK, Keeper, Limits, Reader, Watched
from fuzz.originals import Original, originals
from fuzz.outcome import NOTHING, SCORED, USAGE, Read
from fuzz.reading import as_inspect_does

_KINDS = get_args(ImageErrorKind)
_NO_ANSWER = (CRASH, HANG, TRACEBACK, "timeout", "out_of_memory")
_TRACES = ("Traceback", "Exception ignored")
_JUDGED_PIXELS = 20_000_000
_TOGETHER = 50


@dataclass(frozen=True)
class Case:
    """One damaged file: the same for the same seed, original and number."""

    original: Original
    number: int
    damage: str
    content: bytes

    @property
    def name(self) -> str:
        """A file name that ends as the original's."""
        return f"{self.number:04}-{self.damage.replace(' ', '-')}-{self.original.name}"


@dataclass
class Tally:
    """What became of the files of one original."""

    files: int = 0
    same_pixels: int = 0
    other_pixels: int = 0
    failed: dict[str, int] = field(default_factory=dict)
    mb: float = 0.0
    seconds: float = 0.0
    printed: int = 0

    def add(self, watched: Watched, whole: Read) -> None:
        """Count one more."""
        self.files += 1
        if watched.read.kind == SCORED:
            same = watched.read.pixels == whole.pixels
            self.same_pixels += same
            self.other_pixels += not same
        else:
            kind = watched.read.kind
            self.failed[kind] = self.failed.get(kind, 0) + 1
        self.mb, self.seconds = max(self.mb, watched.mb), max(self.seconds, watched.seconds)
        self.printed += bool(watched.printed)


@dataclass
class Campaign:
    """What a run found: a tally for each original, and the faults."""

    tallies: dict[str, Tally] = field(default_factory=dict)
    faults: list[dict[str, Any]] = field(default_factory=list)

    @property
    def files(self) -> int:
        """How many were read."""
        return sum(tally.files for tally in self.tallies.values())

    def save(self, folder: Path, seed: int) -> None:
        """Write fuzz.json and fuzz.md."""
        tallies = {name: asdict(tally) for name, tally in self.tallies.items()}
        document = {"seed": seed, "files": self.files, "originals": tallies, "faults": self.faults}
        (folder / "fuzz.json").write_text(json.dumps(document, indent=1), encoding="utf-8")
        (folder / "fuzz.md").write_text(self.table(), encoding="utf-8")

    def table(self) -> str:
        """A Markdown table, a row an original; and a line a fault."""
        kinds = sorted({kind for tally in self.tallies.values() for kind in tally.failed})
        head = ["original", "files", "scored, same pixels", "scored, other pixels", *kinds]
        head += ["most MB", "longest, s"]
        rows = [
            [name, tally.files, tally.same_pixels, tally.other_pixels]
            + [tally.failed.get(kind, 0) for kind in kinds]
            + [round(tally.mb), f"{tally.seconds:.2f}"]
            for name, tally in self.tallies.items()
        ]
        lines = [head, ["---"] * len(head), *rows]
        table = "".join("| " + " | ".join(map(str, line)) + " |\n" for line in lines)
        faults = "".join(f"- {fault['file']}: {fault['fault']}\n" for fault in self.faults)
        return f"{self.files} files, {len(self.faults)} faults\n\n{table}\n{faults}"


def run(
    folder: Path,
    files: int,
    seed: int,
    names: Sequence[str] = (),
    reader: Reader = as_inspect_does,
    limits: Limits = Limits(),  # noqa: B008  (frozen)
) -> Campaign:
    """Read so many damaged files of each original, or of those named; faulty ones stay in `folder`.

    The whole original is read first: it has to be scored, where it is not to be refused.
    """
    campaign = Campaign()
    known = originals()
    with Keeper(reader, folder, limits) as keeper:
        for original in (known[name] for name in names or known):
            tally = campaign.tallies[original.name] = Tally()
            (whole,) = _read_all(keeper, folder, original, [original.content])
            if whole.read.kind != (original.refused or SCORED):
                said = f"the whole file: {whole.read.kind} {whole.read.message}"
                campaign.faults.append({"file": original.name, "fault": said})
            every = list(cases(original, files, seed))
            for begin in range(0, files, _TOGETHER):
                some = every[begin : begin + _TOGETHER]
                contents = [case.content for case in some]
                watched = _read_all(keeper, folder, original, contents)
                for case, one in zip(some, watched, strict=True):
                    tally.add(one, whole.read)
                    if said := fault(case, one, whole.read, limits):
                        campaign.faults.append({"file": case.name, "fault": said})
                        (folder / case.name).write_bytes(original.file(case.content))
    return campaign


def _read_all(
    keeper: Keeper, folder: Path, original: Original, contents: Sequence[bytes]
) -> list[Watched]:
    with tempfile.TemporaryDirectory(dir=folder) as temporary:
        paths = [Path(temporary) / f"{n}.{original.name}" for n in range(len(contents))]
        for path, content in zip(paths, contents, strict=True):
            path.write_bytes(original.file(content))
        return list(keeper.read_all(paths, original.max_megapixels))


def cases(original: Original, files: int, seed: int) -> Iterator[Case]:
    """The damaged files of an original: the kinds of damage in turn."""
    kinds = list(DAMAGES)
    for number in range(files):
        damage = kinds[number % len(kinds)]
        chance = random.Random(f"{seed} {original.name} {number}")
        content = original.content
        while content == original.content:
            content = DAMAGES[damage](original.content, chance)
        yield Case(original, number, damage, content)


def fault(case: Case, watched: Watched, whole: Read, limits: Limits) -> str:
    """What should not have become of a damaged file; "" where all is well."""
    read = watched.read
    if read.kind in _NO_ANSWER or "not enough memory" in read.message:
        return f"{read.kind}: {read.message}"
    if any(trace in watched.printed for trace in _TRACES):
        return f"printed: {watched.printed[-1000:]}"
    if watched.mb > limits.mb:
        return f"memory: {watched.mb:.0f} MB"
    return _scored(case, read, whole) if read.kind == SCORED else _unnamed(case, read)


def _scored(case: Case, read: Read, whole: Read) -> str:
    if case.original.checked and read.pixels != whole.pixels:
        return "scored, though its pixels have changed and have checksums"
    if case.original.content.startswith(b"PK") or read.width * read.height > _JUDGED_PIXELS:
        return ""
    reason = witness.seen(case.original, case.content)
    if reason.startswith("zero tail") and read.remark:  # taken for black rows, and said to be
        return ""
    if reason.startswith("Pillow") and read.pixels == whole.pixels:  # we have found a way
        return ""
    return f"scored, though its damage shows: {reason}" if reason else ""


def _unnamed(case: Case, read: Read) -> str:
    """A file has a kind of error and a reason, which does not name an address in memory."""
    if read.kind in (NOTHING, USAGE):  # a zip file that lists no photo, or none by its name
        return "" if case.original.name.endswith(".zip") else f"{read.kind}: {read.message}"
    if read.kind not in _KINDS:
        return f"no kind of error: {read.kind}"
    return "" if read.message and " at 0x" not in read.message else f"no reason: {read.message}"
