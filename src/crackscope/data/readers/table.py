"""A CSV manifest: path and label, and where known group, dataset, licence, split and box."""

from collections.abc import Iterator
from typing import ClassVar

from crackscope.data.manifest import box_of, raise_all, read_rows
from crackscope.data.readers.reader import READERS, check_crack_class
from crackscope.data.source import Source, leaves_root
from crackscope.errors import DatasetError
from crackscope.types import Patch

_LABELS = {"1": 1, "crack": 1, "cracked": 1, "0": 0, "sound": 0, "no crack": 0}
_MANIFEST = "manifest.csv"


@READERS.register("csv")
class Table:
    """A .csv file, or a folder or zip with manifest.csv in it; paths are relative to its place."""

    name: ClassVar[str] = ""
    licence: ClassVar[str] = "as listed"

    def recognises(self, source: Source) -> bool:
        """A single .csv file, or manifest.csv at the top."""
        return _manifest(source) is not None

    def read(self, source: Source, crack_class: str | None) -> Iterator[Patch]:
        """Every row; all that is wrong with them is listed at once."""
        check_crack_class(crack_class, "crack")
        manifest = _manifest(source)
        if manifest is None:
            raise DatasetError(f"{source.root} is no CSV and holds no {_MANIFEST}")
        rows = read_rows(source.read_bytes(manifest), manifest, ("path", "label"))
        patches: list[Patch] = []
        problems: list[str] = []
        for line, row in enumerate(rows, start=2):
            try:
                patches.append(_patch(row))
            except ValueError as error:
                problems.append(f"line {line}: {error}")
        problems += _repeated(patches)
        raise_all(manifest, problems)
        yield from patches


def _manifest(source: Source) -> str | None:
    if len(source.names) == 1 and source.names[0].lower().endswith(".csv"):
        return source.names[0]
    return _MANIFEST if _MANIFEST in source.names else None


def _patch(row: dict[str, str]) -> Patch:
    path, label = row["path"].replace("\\", "/"), row["label"].strip().lower()
    if not path or leaves_root(path):
        raise ValueError(f"path must be relative to the CSV, without `..`. Received: {path!r}")
    if label not in _LABELS:
        raise ValueError(f"label must be one of: {', '.join(_LABELS)}. Received: {label!r}")
    return Patch(
        path,
        _LABELS[label],
        row.get("group", ""),
        row.get("dataset", ""),
        row.get("licence", "") or "unknown",
        row.get("split", ""),
        box_of(row),
    )


def _repeated(patches: list[Patch]) -> list[str]:
    seen: set[str] = set()
    repeated = [patch.key for patch in patches if patch.key in seen or seen.add(patch.key)]  # type: ignore[func-returns-value]
    return [f"listed twice: {key}" for key in repeated]
