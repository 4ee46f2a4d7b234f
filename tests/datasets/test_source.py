import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from crackscope.datasets import source
from crackscope.datasets.readers import open_dataset
from crackscope.errors import DatasetError, ImageError
from support_data import class_folders, jpeg, pack, png, wall, write


@pytest.mark.parametrize(
    "name",
    ["../evil.jpg", "crack/../../evil.jpg", "/etc/evil.jpg", "C:/evil.jpg", "..\\evil.jpg"],
)
def test_names_that_leave_the_archive_are_refused(tmp_path: Path, name: str) -> None:
    root = pack(tmp_path / "a.zip", {"crack/a.jpg": b"x", name: b"x"})
    with pytest.raises(DatasetError, match="outside the archive"):
        open_dataset(root)
    assert [path.name for path in tmp_path.iterdir()] == ["a.zip"]


def test_a_member_that_unpacks_to_too_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "MAX_MEMBER_BYTES", 1000)
    root = pack(tmp_path / "bomb.zip", {"crack/a.jpg": b"\0" * 2000, "sound/b.jpg": b""})
    with pytest.raises(DatasetError, match="512 MiB"):
        open_dataset(root)


def test_a_zip_bomb_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crackscope.images.zipped._ALWAYS", 1_000_000)
    root = tmp_path / "bomb.zip"
    with zipfile.ZipFile(root, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("crack/a.jpg", jpeg(wall(1)) + bytes(2_000_000))
    with pytest.raises(DatasetError, match=r"100 to 1: 'crack/a\.jpg'"):
        open_dataset(root)


def test_of_a_member_that_is_no_picture_only_the_start_is_unpacked(tmp_path: Path) -> None:
    root = tmp_path / "a.zip"
    notes = b"path,label\n" * 100
    with zipfile.ZipFile(root, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("crack/a.jpg", b"no picture" + bytes(900_000))
        archive.writestr("crack/b.jpg", jpeg(wall(1)))
        archive.writestr("labels.csv", notes)
    opened = source.Zip(root)
    assert len(opened.read_bytes("crack/a.jpg")) == 64
    assert opened.read_bytes("crack/b.jpg") == jpeg(wall(1))
    assert opened.read_bytes("labels.csv") == notes


def test_no_zip(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"PK\x03\x04 not a zip")
    with pytest.raises(DatasetError, match="zip"):
        open_dataset(tmp_path / "a.zip")


def test_a_damaged_member_is_one_unreadable_picture(tmp_path: Path) -> None:
    root = tmp_path / "a.zip"
    with zipfile.ZipFile(root, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("crack/a.jpg", jpeg(wall(0)))
        archive.writestr("sound/b.jpg", jpeg(wall(1)))
    content = bytearray(root.read_bytes())
    at = content.index(b"\xff\xd8", content.index(b"sound/b.jpg"))
    content[at + 200] ^= 0xFF
    root.write_bytes(content)
    dataset = open_dataset(root)
    good, bad = dataset.patches
    assert dataset.read_pixels(good).shape == (64, 64, 3)
    with pytest.raises(ImageError, match=r"sound/b\.jpg"):
        dataset.read_bytes(bad)
    assert dataset.content_hash


def test_threads_read_one_zip(tmp_path: Path) -> None:
    files = class_folders(30, 30)
    dataset = open_dataset(pack(tmp_path / "a.zip", files))
    with ThreadPoolExecutor(8) as pool:
        for _ in range(3):
            found = dict(
                zip(
                    [patch.path for patch in dataset.patches],
                    pool.map(dataset.read_bytes, dataset.patches),
                    strict=True,
                )
            )
            assert found == files


def test_linked_folders_are_entered_once(tmp_path: Path) -> None:
    write(tmp_path, {"crack/a.jpg": b"x"})
    try:
        (tmp_path / "crack" / "loop").symlink_to(tmp_path, target_is_directory=True)
    except OSError:
        pytest.skip("no links here")
    assert source.open_source(tmp_path).names == ("crack/a.jpg",)


def test_hidden_files_are_passed_over(tmp_path: Path) -> None:
    files = {"crack/a.jpg": b"x", "__MACOSX/crack/._a.jpg": b"x", "crack/.DS_Store": b"x"}
    assert source.open_source(write(tmp_path / "f", files)).names == ("crack/a.jpg",)
    assert source.open_source(pack(tmp_path / "z.zip", files)).names == ("crack/a.jpg",)


RUBBISH = [
    "crack/@eaDir/a.jpg/SYNOFILE_THUMB_M.jpg",
    "#recycle/b.jpg",
    "sound/.Trash-1000/c.jpg",
    "$RECYCLE.BIN/d.jpg",
    "runs/train/x/samples.png",
    "sound/.hidden.jpg",
]


@pytest.mark.parametrize("zipped", [False, True], ids=["folder", "zip"])
def test_trash_thumbnails_and_our_own_output_are_skipped_and_said(
    tmp_path: Path, zipped: bool, caplog: pytest.LogCaptureFixture
) -> None:
    files = {**class_folders(2, 2), **dict.fromkeys(RUBBISH, b"x"), "crack/.DS_Store": b"x"}
    files["runs/train/x/run.json"] = b'{"identity": "x", "finished": true}'
    root = pack(tmp_path / "d.zip", files) if zipped else write(tmp_path / "d", files)
    dataset = open_dataset(root)
    assert [patch.path for patch in dataset.patches] == sorted(class_folders(2, 2))
    places = ("crack/@eaDir", "#recycle", "sound/.Trash-1000", "$RECYCLE.BIN", "runs/train/x")
    assert set(dataset.source.skipped) == {*places, "sound/.hidden.jpg"}
    assert "skipped 6 folders or files" in caplog.text
    assert "give its path, or list its files in a CSV" in caplog.text


def test_thumbnails_beside_images_and_masks_are_ignored(tmp_path: Path) -> None:
    picture = {f"{folder}/0.png": png(wall(0, side=224)) for folder in ("images", "masks")}
    rubbish = {f"{folder}/@eaDir/0.png/THUMB.png": b"x" for folder in ("images", "masks")}
    assert len(open_dataset(write(tmp_path, {**picture, **rubbish}))) == 1


def test_what_is_named_itself_is_read(tmp_path: Path) -> None:
    files = {f"@eaDir/{name}": content for name, content in class_folders(1, 1).items()}
    root = write(tmp_path, files)
    assert len(open_dataset(root / "@eaDir")) == 2
    (root / "m.csv").write_text("path,label\n@eaDir/crack/000.jpg,1\n")
    assert open_dataset(root / "m.csv").read_pixels(open_dataset(root / "m.csv").patches[0]).size


def test_if_all_is_skipped_the_message_says_how_to_include_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    files = {f"@eaDir/{name}": content for name, content in class_folders(1, 1).items()}
    with pytest.raises(DatasetError, match="no class folders"):
        open_dataset(write(tmp_path, files))
    assert "@eaDir. To train on one of them, give its path" in caplog.text


def test_missing_file_is_named(tmp_path: Path) -> None:
    dataset = open_dataset(write(tmp_path, class_folders(1, 1)))
    (tmp_path / "crack" / "000.jpg").unlink()
    with pytest.raises(ImageError) as caught:
        dataset.read_bytes(dataset.patches[0])
    assert caught.value.kind == "not_found"
