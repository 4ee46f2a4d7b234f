"""A CSV manifest: path and label, optionally group, dataset, licence, split and box."""

from collections.abc import Iterator
from typing import ClassVar

from crackscope import tables
from crackscope.datasets import label_words, spelling
from crackscope.datasets.manifest import box_of, raise_all
from crackscope.datasets.readers.reader import READERS, check_crack_class
from crackscope.datasets.source import Files, leaves_root
from crackscope.errors import DatasetError
from crackscope.types.evaluation import Patch

_MANIFEST = "manifest.csv"


@READERS.register("csv")
class CsvManifest:
    """A .csv file, or a folder or zip with manifest.csv; paths are relative to the CSV."""

    name: ClassVar[str] = ""
    licence: ClassVar[str] = "as listed"

    def recognises(self, source: Files) -> bool:
        """Whether it is a single .csv file, or has manifest.csv at the top level."""
        return _manifest(source) is not None

    def read(self, source: Files, crack_class: str | None) -> Iterator[Patch]:
        """Every row; raises DatasetError that lists all problems."""
        check_crack_class(crack_class, "crack")
        manifest = _manifest(source)
        if manifest is None:
            raise DatasetError(
                f"{source.root} must be a CSV, or contain {_MANIFEST}. Give another --reader"
            )
        patches: list[Patch] = []
        problems: list[str] = []
        content = source.read_bytes(manifest)
        for line, row in tables.read(content, manifest, ("path", "label")):
            try:
                patches.append(_patch(row, source))
            except ValueError as error:
                problems.append(f"line {line}: {error}")
        problems += _repeated(patches)
        raise_all(manifest, problems)
        yield from patches


def _manifest(source: Files) -> str | None:
    if len(source.names) == 1 and source.names[0].lower().endswith(".csv"):
        return source.names[0]
    return _MANIFEST if _MANIFEST in source.names else None


def _patch(row: dict[str, str], source: Files) -> Patch:
    if not row["path"] or leaves_root(row["path"]):
        raise ValueError(
            f"path must be relative to the CSV, without `..`. Received: {row['path']!r}"
        )
    label = label_words.parse(row["label"])
    if label is None:
        raise ValueError(f"the label must be crack or sound. Received: {row['label']!r}")
    return Patch(
        spelling.meant(row["path"], source.holds),
        label,
        row.get("group", ""),
        row.get("dataset", ""),
        row.get("licence", "") or "unknown",
        row.get("split", "").strip().lower(),
        box_of(row),
    )


def _repeated(patches: list[Patch]) -> list[str]:
    seen: set[str] = set()
    repeated = [patch.key for patch in patches if patch.key in seen or seen.add(patch.key)]  # type: ignore[func-returns-value]
    return [f"listed twice: {key}" for key in repeated]
