"""Reports of an audit: an HTML page, a JSON document and contact sheets."""

from collections.abc import Sequence
from pathlib import Path

from crackscope import run_dir
from crackscope.curation.audit import Audit
from crackscope.datasets.manifest import Dataset
from crackscope.rendering.page import Picture, Section, Table, Text, link, render
from crackscope.rendering.sheets import contact_sheet, png
from crackscope.types.evaluation import Patch

PAGE, DOCUMENT = "audit.html", "audit.json"
_COLUMNS = 8
_PAIRS_SHOWN = 16
_LINES = 50
_CLASS = ("sound", "crack")


def write(found: Audit, dataset: Dataset, folder: Path) -> None:
    """Write audit.json, the contact sheets as PNG, and audit.html."""
    run_dir.write_json(
        folder / DOCUMENT,
        {"data": dataset.name, "content_hash": dataset.content_hash, **found.to_dict()},
    )
    sheets = {
        "suspicious.png": _suspicious_sheet(found, dataset),
        "in_both_classes.png": _pair_sheet(found.in_both_classes, dataset),
        "on_two_sides.png": _pair_sheet(found.on_two_sides, dataset),
        "near_copies.png": _pair_sheet(found.near, dataset),
    }
    for name, content in sheets.items():
        if content:
            run_dir.write_atomically(folder / name, content)
    page = render(f"Audit of {dataset.name}", _sections(found, {n for n, c in sheets.items() if c}))
    run_dir.write_atomically(folder / PAGE, page.encode("utf-8", "surrogateescape"))


def summary(found: Audit) -> str:
    """The summary for the terminal."""
    lines = [
        f"{found.count} patches: {found.classes['crack']} crack, {found.classes['sound']} sound"
        + (f", of {found.photos} photos" if found.photos else ", source photos unknown"),
        *(f"  {name}: {value}" for name, value in _facts(found)),
        *(f"  note: {note}" for note in found.notes),
        *(f"  unreadable: {entry.path}: {entry.message}" for entry in found.unreadable[:_LINES]),
    ]
    return "\n".join(lines)


def _facts(found: Audit) -> list[tuple[str, object]]:
    unique = found.unique
    return [
        ("unreadable", len(found.unreadable)),
        ("distinct files", f"{unique['crack']} crack, {unique['sound']} sound"),
        ("pairs of exact copies", len(found.exact)),
        ("pairs of near-copies", len(found.near)),
        ("pairs of copies in both classes", len(found.in_both_classes)),
        ("pairs of copies in two subsets of the given split", len(found.on_two_sides)),
        ("unusual size", len(found.odd)),
    ]


def _sections(found: Audit, sheets: set[str]) -> list[Section]:
    facts = [("patches", found.count), ("source photos", found.photos or "unknown")]
    sizes = [(size, count) for size, count in list(found.sizes.items())[:_LINES]]
    overview: list[Text | Table | Picture] = [
        Table(("item", "count"), [*facts, *found.classes.items(), *_facts(found)]),
        *(Text(note) for note in found.notes),
    ]
    sections = [Section("Overview", overview)]
    if found.unreadable:
        rows = [(entry.path, entry.kind, entry.message) for entry in found.unreadable]
        sections.append(Section("Unreadable", [Table(("path", "kind", "reason"), rows)]))
    sections.append(Section("Sizes", [Table(("width × height", "patches"), sizes)]))
    headings = {
        "suspicious.png": "Suspicious labels, highest doubt first",
        "in_both_classes.png": "Copies in both classes",
        "on_two_sides.png": "Copies in two subsets of the given split",
        "near_copies.png": "First pairs of near-copies",
    }
    for name, heading in headings.items():
        if name in sheets:
            sections.append(Section(heading, [Picture(link(name), heading)]))
    return sections


def _suspicious_sheet(found: Audit, dataset: Dataset) -> bytes:
    captions = [
        f"{one.patch.key}\n{_CLASS[one.patch.label]}, doubt {one.doubt:.2f}"
        for one in found.suspicious
    ]
    return _sheet([one.patch for one in found.suspicious], captions, dataset)


def _pair_sheet(pairs: Sequence[tuple[Patch, Patch]], dataset: Dataset) -> bytes:
    patches = [patch for pair in pairs[:_PAIRS_SHOWN] for patch in pair]
    captions = [f"{patch.key}\n{_CLASS[patch.label]} {patch.split}" for patch in patches]
    return _sheet(patches, captions, dataset)


def _sheet(patches: Sequence[Patch], captions: Sequence[str], dataset: Dataset) -> bytes:
    if not patches:
        return b""
    pictures = [dataset.read_pixels(patch) for patch in patches]
    return png(contact_sheet(pictures, captions, _COLUMNS))
