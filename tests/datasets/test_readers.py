import importlib
import io
import os
import pkgutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import crackscope.datasets.readers as readers
from crackscope.datasets.manifest import to_csv
from crackscope.datasets.readers import READERS, open_dataset
from crackscope.datasets.readers.masks import cut_patches, photo_of
from crackscope.datasets.source import open_source
from crackscope.errors import DatasetError, UnknownNameError
from crackscope.types.evaluation import Patch
from support_data import jpeg, pack, png, wall, write

PICTURE = jpeg(wall(0))


def _mask(*crack_pixels: tuple[slice, slice], side: int = 448) -> bytes:
    mask = np.zeros((side, side, 3), np.uint8)
    for rows, columns in crack_pixels:
        mask[rows, columns] = 255
    return png(mask)


# One layout for each reader: its files, and {path: (label, group)} as it has to be read.
LAYOUTS = {
    "metu": (
        {
            "Positive/00001.jpg": PICTURE,
            "Positive/10103_1.jpg": PICTURE,
            "Negative/00001.jpg": PICTURE,
        },
        {
            "Positive/00001.jpg": (1, ""),
            "Positive/10103_1.jpg": (1, ""),
            "Negative/00001.jpg": (0, ""),
        },
    ),
    "sdnet2018": (
        {"D/CD/7001-115.jpg": PICTURE, "D/UD/7001-2.jpg": PICTURE, "W/UW/7001-2.jpg": PICTURE},
        {
            "D/CD/7001-115.jpg": (1, "D/7001"),
            "D/UD/7001-2.jpg": (0, "D/7001"),
            "W/UW/7001-2.jpg": (0, "W/7001"),
        },
    ),
    "masks": (
        {
            "images/IMG_7_0_0.jpg": jpeg(wall(1, side=224)),
            "masks/IMG_7_0_0.png": _mask((slice(100, 102), slice(22, 202)), side=224),
            "images/IMG_7_224_0.jpg": jpeg(wall(2, side=224)),
            "masks/IMG_7_224_0.png": _mask(side=224),
        },
        {"images/IMG_7_0_0.jpg": (1, "IMG_7"), "images/IMG_7_224_0.jpg": (0, "IMG_7")},
    ),
    "csv": (
        {
            "manifest.csv": b"path,label,group\na/x.jpg,1,p1\na/y.jpg,sound,p2\n",
            "a/x.jpg": PICTURE,
            "a/y.jpg": PICTURE,
        },
        {"a/x.jpg": (1, "p1"), "a/y.jpg": (0, "p2")},
    ),
    "folders": (
        {"data/Cracked/x.jpg": PICTURE, "data/Not cracked/deep/y.jpg": PICTURE},
        {"data/Cracked/x.jpg": (1, ""), "data/Not cracked/deep/y.jpg": (0, "")},
    ),
}


def test_every_file_of_the_room_is_a_reader_with_a_layout_here() -> None:
    modules = {module.name for module in pkgutil.iter_modules(readers.__path__)} - {"reader"}
    classes = {
        value
        for name in modules
        for value in vars(importlib.import_module(f"{readers.__name__}.{name}")).values()
        if value in [reader for _, reader in READERS]
    }
    assert len(classes) == len(modules)
    assert set(READERS.names()) == set(LAYOUTS)


@pytest.mark.parametrize("name", LAYOUTS)
@pytest.mark.parametrize("zipped", [False, True], ids=["folder", "zip"])
def test_contract(name: str, zipped: bool, tmp_path: Path) -> None:
    files, expected = LAYOUTS[name]
    root = pack(tmp_path / "set.zip", files) if zipped else write(tmp_path / "set", files)
    assert next(one for one, reader in READERS if reader().recognises(open_source(root))) == name
    dataset = open_dataset(root)
    assert {patch.path: (patch.label, patch.group) for patch in dataset.patches} == expected
    assert dataset.patches == open_dataset(root, reader=name).patches
    for patch in dataset.patches:
        pixels = dataset.read_pixels(patch)
        assert pixels.dtype == np.uint8
        assert pixels.shape[2] == 3
    assert dataset.name == (READERS.get(name).name or "set")


def test_the_same_data_has_the_same_hash_in_a_folder_and_in_a_zip(tmp_path: Path) -> None:
    files, _ = LAYOUTS["metu"]
    folder = open_dataset(write(tmp_path / "a", files))
    archive = open_dataset(pack(tmp_path / "b.zip", files))
    assert folder.content_hash == archive.content_hash
    changed = open_dataset(write(tmp_path / "c", {**files, "Negative/00001.jpg": jpeg(wall(9))}))
    assert changed.content_hash != folder.content_hash


def test_metu_below_a_folder_and_licence(tmp_path: Path) -> None:
    files = {
        f"Concrete Crack Images for Classification/{k}": v for k, v in LAYOUTS["metu"][0].items()
    }
    dataset = open_dataset(write(tmp_path, files))
    assert (dataset.name, dataset.licence, len(dataset)) == ("metu", "CC BY 4.0", 3)


@pytest.mark.parametrize("place", ["file", "folder", "zip"])
def test_the_publishers_rar_is_refused_with_the_way_to_unpack_it(
    tmp_path: Path, place: str
) -> None:
    name = "Concrete Crack Images for Classification.rar"
    root = write(tmp_path / "d", {name: b"Rar!\x1a\x07\x00"})
    if place == "file":
        root = root / name
    if place == "zip":
        root = pack(tmp_path / "5y9wdsg2zt-2.zip", {name: b"Rar!\x1a\x07\x00"})
    with pytest.raises(DatasetError, match="unar"):
        open_dataset(root)


def test_other_pictures_in_positive_and_negative_are_not_taken_for_metu(tmp_path: Path) -> None:
    files = {"Positive/bridge.jpg": PICTURE, "Negative/wall.jpg": PICTURE}
    dataset = open_dataset(write(tmp_path / "mine", files))
    assert (dataset.name, dataset.licence) == ("mine", "unknown")
    assert dataset.labels.tolist() == [0, 1]


def test_sdnet_repacked(tmp_path: Path) -> None:
    files = {"x/Decks/Cracked/7001-1.jpg": PICTURE, "x/Decks/Non-cracked/7002-1.jpg": PICTURE}
    patches = open_dataset(write(tmp_path, files)).patches
    assert [(p.label, p.group) for p in patches] == [(1, "D/7001"), (0, "D/7002")]


@pytest.mark.parametrize(
    ("name", "photo"),
    [
        ("Rissbilder_for_Florian_9S6A2782_0_0_3840_5760.jpg", "Rissbilder_for_Florian_9S6A2782"),
        ("noncrack_noncrack_concrete_wall_12_3.jpg.jpg", "noncrack_noncrack_concrete_wall_12"),
        ("CRACK500_20160222_114759_1921_721.jpg", "CRACK500_20160222_114759"),
        ("CRACK500_IMG_2935_649_969.jpg", "CRACK500_IMG_2935"),
        ("IMG_2935.jpg", "IMG_2935"),
        ("DSC_0012_3.png", "DSC_0012"),
        ("17.jpg", "17"),
        ("wall.jpg", "wall"),
    ],
)
def test_photo_of(name: str, photo: str) -> None:
    assert photo_of(name) == photo


def test_masks_are_cut_by_the_rule() -> None:
    cracked = np.zeros((448 + 30, 448), bool)
    cracked[22, 22:172] = True  # 150 pixels on the edge of what counts: cracked
    cracked[21, 224 + 22 : 224 + 172] = True  # all outside the inner part: left out
    cracked[224 + 100, 22:171] = True  # 149 pixels: left out
    found = {(box.x0, box.y0): label for box, label in cut_patches(cracked)}
    assert found == {(0, 0): 1, (224, 224): 0}


@given(st.integers(0, 700), st.integers(0, 700))
def test_only_whole_patches_are_cut(height: int, width: int) -> None:
    found = list(cut_patches(np.zeros((height, width), bool)))
    assert len(found) == (height // 224) * (width // 224)
    assert all(box.x1 <= width and box.y1 <= height and label == 0 for box, label in found)


def test_masks_lists_all_that_is_wrong(tmp_path: Path) -> None:
    files = {
        "images/a.jpg": PICTURE,
        "images/b.jpg": PICTURE,
        "masks/b.png": b"",
        "images/c.jpg": PICTURE,
        "masks/c.png": _mask(),
    }
    with pytest.raises(DatasetError) as caught:
        open_dataset(write(tmp_path, files))
    assert "images/a.jpg has no mask" in str(caught.value)
    assert "masks/b.png" in str(caught.value)


@pytest.mark.parametrize(
    ("crack", "sound"),
    [
        ("crack", "no_crack"),
        ("Cracked", "Uncracked"),
        ("C", "U"),
        ("1", "0"),
        ("positive", "negative"),
        ("with cracks", "without-cracks"),
        ("crack", "background"),
        ("Crack", "formwork"),
    ],
)
def test_class_names_that_tell(tmp_path: Path, crack: str, sound: str) -> None:
    dataset = open_dataset(write(tmp_path, {f"{crack}/a.jpg": PICTURE, f"{sound}/b.jpg": PICTURE}))
    assert {patch.path: patch.label for patch in dataset.patches} == {
        f"{crack}/a.jpg": 1,
        f"{sound}/b.jpg": 0,
    }


def test_class_names_that_do_not_tell_are_asked_for(tmp_path: Path) -> None:
    root = write(tmp_path, {"rissig/a.jpg": PICTURE, "heil/b.jpg": PICTURE})
    with pytest.raises(DatasetError, match=r"heil, rissig.*--crack-class"):
        open_dataset(root)
    assert open_dataset(root, crack_class="Rissig").labels.tolist() == [0, 1]
    with pytest.raises(DatasetError, match="Did you mean 'rissig'"):
        open_dataset(root, crack_class="risig")


def labels(root: Path, crack_class: str | None = None) -> dict[str, int]:
    return {p.path: p.label for p in open_dataset(root, crack_class=crack_class).patches}


TOLD = {"cracked/a.jpg": PICTURE, "uncracked/b.jpg": PICTURE}


@pytest.mark.parametrize("place", ["", "data/", "data/train/"])
@pytest.mark.parametrize("beside", ["preview.jpg", "test/1.jpg", "train/2.jpg"])
def test_images_outside_the_class_folders_are_skipped_and_named(
    tmp_path: Path, place: str, beside: str, caplog: pytest.LogCaptureFixture
) -> None:
    files = {f"{place}{name}": content for name, content in TOLD.items()}
    root = write(tmp_path, {**files, f"{place}{beside}": PICTURE})
    assert labels(root) == {f"{place}cracked/a.jpg": 1, f"{place}uncracked/b.jpg": 0}
    assert labels(root, "cracked") == labels(root)
    assert "skipped 1 image, not in a class folder" in caplog.text
    assert f"unknown: {place}{beside}" in caplog.text


def test_class_folders_are_found_below_folders_of_sites(tmp_path: Path) -> None:
    names = {f"{site}/{name}": PICTURE for site in ("north", "south") for name in TOLD}
    expected = {name: int("/cracked/" in name) for name in names}
    assert labels(write(tmp_path, names)) == expected
    assert labels(tmp_path, "CRACKED") == expected


NO_LABELS = ["unlabeled", "Un-labelled", "unknown", "unsure", "misc", "raw", "images", "unbekannt"]


@pytest.mark.parametrize("name", NO_LABELS)
@pytest.mark.parametrize("sound", ["uncracked", None])
@pytest.mark.parametrize("crack_class", ["cracked", None])
def test_folders_whose_names_mean_no_label_never_become_sound(
    tmp_path: Path, name: str, sound: str | None, crack_class: str | None
) -> None:
    files = {"cracked/a.jpg": PICTURE, f"{name}/c.jpg": PICTURE, f"{name}/d.jpg": PICTURE}
    root = write(tmp_path, files | ({f"{sound}/b.jpg": PICTURE} if sound else {}))
    with pytest.raises(DatasetError, match=f"look unlabelled: {name}") as caught:
        open_dataset(root, crack_class=crack_class)
    for part in (f"{name} (2) sound", "cracked (1) crack", "a CSV with the columns path and label"):
        assert part in str(caught.value)


def test_what_the_names_do_not_tell_is_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    root = write(tmp_path, {**TOLD, "spalling/c.jpg": PICTURE})
    with pytest.raises(DatasetError, match="all others become sound"):
        open_dataset(root)
    assert labels(root, "cracked") == {
        "cracked/a.jpg": 1,
        "spalling/c.jpg": 0,
        "uncracked/b.jpg": 0,
    }
    assert (
        "labels of the class folders: cracked (1) crack, spalling (1) sound, uncracked (1)"
        in caplog.text
    )
    caplog.clear()
    labels(root, "uncracked")
    assert "cracked (1) sound" in caplog.text
    caplog.clear()
    labels(write(tmp_path / "told", TOLD))
    assert caplog.text == ""
    labels(write(tmp_path / "two", {"Crack/a.jpg": PICTURE, "formwork/b.jpg": PICTURE}))
    assert "Crack (1) crack, formwork (1) sound" in caplog.text


@pytest.mark.parametrize(
    ("layout", "stray"),
    [
        ("metu", "preview.jpg"),
        ("metu", "Unlabelled/00001.jpg"),
        ("sdnet2018", "W/7001-1.jpg"),
        ("masks", "preview.png"),
        ("masks", "masks/lone.png"),
    ],
)
def test_fixed_layouts_name_the_images_that_they_skip(
    tmp_path: Path, layout: str, stray: str, caplog: pytest.LogCaptureFixture
) -> None:
    files, expected = LAYOUTS[layout]
    root = write(tmp_path, {**files, stray: PICTURE})
    assert labels(root) == {path: label for path, (label, _) in expected.items()}
    assert "skipped 1 image, " in caplog.text
    assert f": {stray}\n" in caplog.text


def test_a_table_names_files_as_people_and_spreadsheets_write_them(tmp_path: Path) -> None:
    if os.name == "nt":
        pytest.skip("such names are none on Windows")
    names = ["back\\slash.jpg", "d/Brücke.jpg", "caf\udce9.jpg", "=1+1.jpg", "d/two.jpg"]
    write(tmp_path, dict.fromkeys(names, PICTURE))
    patches = [Patch(name, 1) for name in names[:-1]]
    (tmp_path / "ours.csv").write_bytes(to_csv(patches))
    rows = ["Path;Label", *(f"{name};Yes" for name in names[:3]), "d\\two.jpg;1,0"]
    text = "\n".join(rows).replace("\udce9", "é")
    for encoding in ("cp1252", "utf-16", "utf-8-sig"):
        (tmp_path / "excel.csv").write_bytes(text.encode(encoding))
        dataset = open_dataset(tmp_path / "excel.csv")
        assert [dataset.read_pixels(patch).size > 0 for patch in dataset.patches] == [True] * 4
    dataset = open_dataset(tmp_path / "ours.csv")
    assert [patch.path for patch in dataset.patches] == names[:-1]
    assert [dataset.read_pixels(patch).size > 0 for patch in dataset.patches] == [True] * 4


def test_rows_of_a_table_that_tell_no_label_are_refused(tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text("path,label\na.jpg,unsure\nb.jpg,\nc.jpg,-1\nd.jpg,1\n")
    with pytest.raises(DatasetError, match="3 problems"):
        open_dataset(tmp_path / "m.csv")


def test_split_folders_above_and_below_the_classes(tmp_path: Path) -> None:
    names = ["s/train/crack/a.jpg", "s/valid/sound/b.jpg", "s/crack/test/c.jpg"]
    patches = open_dataset(write(tmp_path, dict.fromkeys(names, PICTURE))).patches
    assert {p.path: (p.label, p.split) for p in patches} == {
        names[0]: (1, "train"),
        names[1]: (0, "val"),
        names[2]: (1, "test"),
    }


def test_one_class_folder_reads_as_one_class(tmp_path: Path) -> None:
    assert open_dataset(write(tmp_path, {"crack/a.jpg": PICTURE})).labels.tolist() == [1]


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "no class folders"),
        ({"a.jpg": PICTURE}, "no class folders"),
        ({"crack/readme.txt": b"x"}, "no class folders"),
    ],
)
def test_nothing_to_read(tmp_path: Path, files: dict[str, bytes], message: str) -> None:
    with pytest.raises(DatasetError, match=message):
        open_dataset(write(tmp_path, files))


def test_missing_data_and_unknown_reader(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="does not exist"):
        open_dataset(tmp_path / "nowhere")
    with pytest.raises(UnknownNameError, match="Did you mean 'metu'"):
        open_dataset(write(tmp_path, LAYOUTS["metu"][0]), reader="metuu")


def test_csv_lists_all_its_problems_at_once(tmp_path: Path) -> None:
    rows = [
        "path,label,split,x0,y0,x1,y1",
        "a.jpg,2,,,,,",
        "../b.jpg,1,,,,,",
        "/etc/c.jpg,1,,,,,",
        "d.jpg,1,dev,,,,",
        "e.jpg,1,,5,0,5,9",
        "f.jpg,1,,,,,",
        "f.jpg,0,,,,,",
    ]
    (tmp_path / "m.csv").write_text("\n".join(rows))
    with pytest.raises(DatasetError) as caught:
        open_dataset(tmp_path / "m.csv")
    text = str(caught.value)
    assert "6 problems" in text
    for line in ("line 2", "line 3", "line 4", "line 5", "line 6", "listed twice: f.jpg"):
        assert line in text


def test_csv_without_its_columns(tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text("file,class\na.jpg,1\n")
    with pytest.raises(DatasetError, match=r"columns path, label\. .*Received: file, class"):
        open_dataset(tmp_path / "m.csv")


def test_csv_boxes_and_byte_order_mark(tmp_path: Path) -> None:
    write(tmp_path, {"a.jpg": PICTURE})
    (tmp_path / "m.csv").write_bytes(
        b"\xef\xbb\xbfpath,label,x0,y0,x1,y1\r\na.jpg,crack,0,0,8,8\r\na.jpg,0,8,8,24,32\r\n"
    )
    dataset = open_dataset(tmp_path / "m.csv")
    shapes = [dataset.read_pixels(patch).shape for patch in dataset.patches]
    assert shapes == [(8, 8, 3), (24, 16, 3)]


def test_fixed_layouts_refuse_another_crack_class(tmp_path: Path) -> None:
    root = write(tmp_path, LAYOUTS["metu"][0])
    assert len(open_dataset(root, crack_class="positive")) == 3
    with pytest.raises(DatasetError, match="--reader folders"):
        open_dataset(root, crack_class="Negative")


def test_mask_of_grey_jpeg(tmp_path: Path) -> None:
    content = io.BytesIO()
    Image.new("L", (224, 224), 127).save(content, "JPEG", quality=100)
    files = {"images/a.jpg": jpeg(wall(0, side=224)), "masks/a.jpg": content.getvalue()}
    assert open_dataset(write(tmp_path, files)).labels.tolist() == [0]


@pytest.mark.parametrize("name", ["README.md", "wall.jpg", "labels.txt"])
@pytest.mark.parametrize("reader", ["auto", "folders"])
def test_a_file_that_is_no_data_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, reader: str
) -> None:
    (tmp_path / name).write_bytes(PICTURE)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DatasetError, match=f"a folder, a zip, or a CSV .*the file {name}$"):
        open_dataset(Path(name), reader)
