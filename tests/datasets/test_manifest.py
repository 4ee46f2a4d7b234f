import csv
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crackscope.datasets.manifest import apply_split, box_of, to_csv
from crackscope.datasets.readers import open_dataset
from crackscope.datasets.readers.table import CsvManifest
from crackscope.errors import DatasetError, ImageError
from crackscope.types import Box
from crackscope.types.evaluation import Patch
from support_data import class_folders, dataset_of, jpeg, wall, write

_TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)
_NAMES = st.text("aé ,\"'#;_-.0", min_size=1, max_size=12).filter(lambda name: ".." not in name)
_BOXES = st.none() | st.builds(
    lambda x, y, w, h: Box(x, y, x + w, y + h),
    *(st.integers(0, 99), st.integers(0, 99), st.integers(1, 9), st.integers(1, 9)),
)
_PATCHES = st.builds(
    Patch,
    path=_NAMES,
    label=st.integers(0, 1),
    group=_TEXT,
    dataset=_TEXT,
    licence=_TEXT.filter(bool),
    split=st.sampled_from(["", "train", "val", "test"]),
    box=_BOXES,
)


class _OneFile:
    root, name, names = Path(), "memory", ("m.csv",)

    def __init__(self, content: bytes) -> None:
        self.content = content

    def holds(self, name: str) -> bool:
        return True

    def read_bytes(self, name: str) -> bytes:
        return self.content


@given(st.lists(_PATCHES, max_size=5, unique_by=lambda patch: patch.key))
def test_csv_there_and_back(patches: list[Patch]) -> None:
    assert list(CsvManifest().read(_OneFile(to_csv(patches)), None)) == patches


def test_the_csv_is_what_other_tools_read(tmp_path: Path) -> None:
    dataset = open_dataset(write(tmp_path, class_folders(1, 1)))
    (tmp_path / "split.csv").write_bytes(
        to_csv(replace(patch, split="train") for patch in dataset.patches)
    )
    with (tmp_path / "split.csv").open(newline="", encoding="utf-8-sig") as file:
        rows = [(row["path"], row["split"]) for row in csv.DictReader(file)]
    assert rows == [("crack/000.jpg", "train"), ("sound/000.jpg", "train")]


def test_apply_split_selects_and_marks(tmp_path: Path) -> None:
    dataset = open_dataset(write(tmp_path / "d", class_folders(2, 2)))
    manifest = tmp_path / "m.csv"
    manifest.write_text("path,split\ncrack/000.jpg,train\nsound\\001.jpg,test\n")
    patches = apply_split(dataset, manifest).patches
    assert [(p.path, p.split, p.label) for p in patches] == [
        ("crack/000.jpg", "train", 1),
        ("sound/001.jpg", "test", 0),
    ]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_apply_split_reads_what_excel_saves(tmp_path: Path, encoding: str) -> None:
    names = ["Brücke/1.jpg", "two.jpg", "back\\slash.jpg"]
    dataset = dataset_of(tmp_path, [Patch(name, 1) for name in names])
    manifest = tmp_path / "m.csv"
    rows = ["Split;Path;", "Train;Brücke\\1.jpg;", "TEST ;two.jpg", "val;back\\slash.jpg", ";;"]
    manifest.write_bytes("\r\n".join(rows).encode(encoding))
    found = apply_split(dataset, manifest).patches
    assert [(patch.path, patch.split) for patch in found] == list(
        zip(names, ("train", "test", "val"), strict=True)
    )


def test_a_box_may_be_written_as_spreadsheets_do() -> None:
    row = {"x0": "8,0", "y0": " 0", "x1": "16.0", "y1": "8"}
    assert box_of(row) == Box(8, 0, 16, 8)
    for bad in ("8.5", "nan", "inf", "1e12", "a", ""):
        with pytest.raises(ValueError, match="four whole numbers of pixels"):
            box_of({**row, "x1": bad})


def test_apply_split_names_all_problems(tmp_path: Path) -> None:
    dataset = open_dataset(write(tmp_path / "d", class_folders(1, 1)))
    manifest = tmp_path / "m.csv"
    manifest.write_text(
        "path,split\ncrack/000.jpg,train\ncrack/000.jpg,test\nsound/000.jpg,dev\n"
        "sound/000.jpg,\nnowhere.jpg,val\n"
    )
    with pytest.raises(DatasetError) as caught:
        apply_split(dataset, manifest)
    text = str(caught.value)
    assert "4 problems" in text
    for part in ("two subsets", "line 4", "line 5", "'nowhere.jpg' is not in"):
        assert part in text
    with pytest.raises(DatasetError, match="cannot read the manifest"):
        apply_split(dataset, tmp_path / "none.csv")


def test_apply_split_with_and_without_boxes(tmp_path: Path) -> None:
    boxes = [Patch("a.jpg", 0, box=Box(x, 0, x + 8, 8)) for x in (0, 8)]
    dataset = dataset_of(write(tmp_path, {"a.jpg": jpeg(wall(0))}), boxes)
    manifest = tmp_path / "m.csv"
    manifest.write_text("path,split\na.jpg,val\n")
    assert [patch.split for patch in apply_split(dataset, manifest).patches] == ["val", "val"]
    manifest.write_text("path,split,x0,y0,x1,y1\na.jpg,val,8,0,16,8\n")
    assert [patch.key for patch in apply_split(dataset, manifest).patches] == [boxes[1].key]


def test_a_box_that_exceeds_its_image(tmp_path: Path) -> None:
    patch = Patch("a.jpg", 0, box=Box(60, 0, 70, 8))
    dataset = dataset_of(write(tmp_path, {"a.jpg": jpeg(wall(0))}), [patch])
    with pytest.raises(ImageError, match="exceeds the image size 64x64"):
        dataset.read_pixels(patch)
