import os
from pathlib import Path

import pytest

from crackscope.errors import UsageError
from crackscope.inspection.find import find


def touch(*paths: Path) -> None:
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")


def names(*arguments: Path | str) -> list[str]:
    return [source.name for source in find([str(argument) for argument in arguments]).photos]


def link(link: Path, target: Path | str, folder: bool = False) -> None:
    try:
        link.symlink_to(target, target_is_directory=folder)
    except OSError:
        pytest.skip("this user may not make links")


def test_a_folder_is_walked_sorted_and_named_with_slashes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = tmp_path / "site"
    touch(site / "b.JPG", site / "a.png", site / "a" / "z.tiff", site / "notes.txt", site / "x")
    monkeypatch.chdir(tmp_path)
    for given, prefix in (("site", "site/"), ("site/", "site/"), (".", "./site/")):
        assert names(given) == [f"{prefix}{name}" for name in ("a/z.tiff", "a.png", "b.JPG")]
    found = find(["site"])
    assert found.passed_over == 2
    assert [source.relative for source in found.photos] == ["a/z.tiff", "a.png", "b.JPG"]


def test_a_path_named_by_hand_is_always_tried(tmp_path: Path) -> None:
    touch(tmp_path / "photo", tmp_path / "[1].dat")
    assert names(tmp_path / "photo", tmp_path / "[1].dat") == [
        str(tmp_path / "photo"),
        str(tmp_path / "[1].dat"),
    ]


def test_arguments_keep_their_order_and_folders_of_one_name_do_not_mix(tmp_path: Path) -> None:
    touch(tmp_path / "1" / "a.jpg", tmp_path / "2" / "a.jpg")
    found = find([str(tmp_path / "2"), str(tmp_path / "1")])
    assert [source.relative for source in found.photos] == ["2/a.jpg", "1/a.jpg"]


def test_a_file_is_taken_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    touch(tmp_path / "a.jpg", tmp_path / "b.jpg")
    monkeypatch.chdir(tmp_path)
    assert names("b.jpg", ".", "*.jpg", "./a.jpg") == ["b.jpg", "./a.jpg"]


def test_globs(tmp_path: Path) -> None:
    touch(tmp_path / "s" / "b.jpg", tmp_path / "s" / "a.jpg", tmp_path / "s" / "t" / "c.jpg")
    touch(tmp_path / "s" / "n.txt")
    assert [Path(name).name for name in names(tmp_path / "s" / "*.jpg")] == ["a.jpg", "b.jpg"]
    found = find([str(tmp_path / "*")])
    assert [source.name[-7:] for source in found.photos] == ["s/a.jpg", "s/b.jpg", "t/c.jpg"]
    assert found.passed_over == 1


def test_link_loops_end_and_linked_folders_are_walked_once(tmp_path: Path) -> None:
    site, elsewhere = tmp_path / "site", tmp_path / "elsewhere"
    touch(site / "sub" / "a.jpg", elsewhere / "b.jpg")
    link(site / "sub" / "loop", site, folder=True)
    link(site / "sub" / "up", "..", folder=True)
    link(site / "x1", elsewhere, folder=True)
    link(site / "x2", elsewhere, folder=True)
    link(site / "copy.jpg", site / "sub" / "a.jpg")
    link(site / "itself.jpg", site / "itself.jpg")
    link(site / "broken.jpg", site / "gone.jpg")
    found = [name.removeprefix(f"{site}/") for name in names(site)]
    assert "x1/b.jpg" in found
    assert "x2/b.jpg" not in found
    assert len([name for name in found if name.endswith(("a.jpg", "copy.jpg"))]) == 1
    assert {"itself.jpg", "broken.jpg"} <= set(found)  # they fail by name later


def test_what_is_missing_is_named_all_at_once(tmp_path: Path) -> None:
    touch(tmp_path / "a.jpg")
    with pytest.raises(UsageError) as caught:
        names(tmp_path / "a.jpg", tmp_path / "gone.jpg", tmp_path / "no*.jpg")
    assert "gone.jpg" in str(caught.value)
    assert "no*.jpg" in str(caught.value)


def test_nothing_to_do_is_an_error_with_the_count(tmp_path: Path) -> None:
    touch(tmp_path / "a.txt", tmp_path / "b.doc")
    with pytest.raises(UsageError, match="2 files without an image extension"):
        names(tmp_path)


def test_shadows_of_macs_and_our_own_overlays_are_passed_over(tmp_path: Path) -> None:
    touch(tmp_path / "a.jpg", tmp_path / "._a.jpg")
    out = tmp_path / "runs" / "inspect" / "x"
    touch(out / "run.json", out / "results.jsonl", out / "overlays" / "a.jpg")
    touch(tmp_path / "overlays" / "theirs.jpg")
    assert [Path(name).name for name in names(tmp_path)] == ["a.jpg", "theirs.jpg"]


RUBBISH = [
    "@eaDir/IMG_1.jpg/SYNOPHOTO_THUMB_XL.jpg",
    "#recycle/old.jpg",
    ".Trashes/501/gone.jpg",
    "$RECYCLE.BIN/S-1-5/$R1.jpg",
    ".@__thumb/s800.jpg",
    ".Trash-1000/files/x.jpg",
    ".thumbnails/t.jpg",
    "sub/@eaDir/b.jpg",
    ".trashed-1700000000-IMG_2.jpg",
]
STATE = b'{"identity": "x", "finished": true, "made_from": {}}'


def with_rubbish(site: Path) -> Path:
    """A folder with two photos, and files of operating systems and crackscope."""
    touch(site / "a.jpg", site / "sub" / "b.jpg", *(site / name for name in RUBBISH))
    for name in ("inspect/x/overlays/a.jpg", "train/y/samples.png", "audit/z/suspicious.png"):
        touch(site / "runs" / name)
        folder = site / "runs" / Path(*Path(name).parts[:2])
        (folder / "run.json").write_bytes(STATE)
    return site


@pytest.mark.parametrize("argument", ["", "/*", "/**/*.jpg", "/**/*"])
def test_what_systems_and_crackscope_leave_is_skipped_and_counted(
    tmp_path: Path, argument: str, caplog: pytest.LogCaptureFixture
) -> None:
    site = with_rubbish(tmp_path / "site")
    found = find([f"{site}{argument}"])
    assert [source.name for source in found.photos] == [f"{site}/a.jpg", f"{site}/sub/b.jpg"]
    if not argument:
        skipped = {Path(place).relative_to(site).as_posix() for place in found.skipped}
        runs = {"runs/inspect/x", "runs/train/y", "runs/audit/z"}
        assert skipped == {name.split("/")[0] for name in RUBBISH if name[:3] != "sub"} | runs | {
            "sub/@eaDir"
        }
        assert "skipped 12 folders or files" in caplog.text
        assert "To inspect one of them, name it explicitly" in caplog.text


@pytest.mark.parametrize(
    "named",
    ["@eaDir", "#recycle", ".Trash-1000/files", "runs/train/y", "runs/inspect/x/overlays"],
)
def test_what_is_named_itself_is_not_skipped(tmp_path: Path, named: str) -> None:
    site = with_rubbish(tmp_path / "site")
    for argument in (site / named, f"{site / named}/**/*"):
        found = find([str(argument)])
        assert len(found.photos) == 1
        assert found.skipped == ()
    assert len(find([str(site), str(site / named)]).photos) == 3


def test_of_results_that_are_named_the_pictures_are_skipped(tmp_path: Path) -> None:
    """--out may be the folder of the photos, which are still found."""
    drawn = ("overlays", "thumbnails", "masks", "close-ups")
    touch(tmp_path / "a.jpg", *(tmp_path / folder / "a.jpg.jpg" for folder in drawn))
    (tmp_path / "run.json").write_bytes(STATE)
    found = find([str(tmp_path)])
    assert [source.relative for source in found.photos] == ["a.jpg"]
    assert {Path(place).name for place in found.skipped} == set(drawn)


def test_where_all_is_skipped_it_is_said_how_to_include_it(tmp_path: Path) -> None:
    touch(tmp_path / "@eaDir" / "a.jpg")
    with pytest.raises(
        UsageError, match=r"skipped 1 .*@eaDir\. To inspect one of them, name it explicitly"
    ):
        find([str(tmp_path)])


def test_a_folder_that_may_not_be_listed_is_kept_to_be_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    touch(tmp_path / "a.jpg", tmp_path / "closed" / "b.jpg")
    listing = Path.iterdir

    def refuse(self: Path) -> object:
        if self.name == "closed":
            raise PermissionError(13, "Permission denied")
        return listing(self)

    monkeypatch.setattr(Path, "iterdir", refuse)
    assert [os.path.basename(name) for name in names(tmp_path)] == ["a.jpg", "closed"]  # noqa: PTH119
