import io
import os
import pickle
import shutil
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from crackscope.errors import ImageError, MissingExtraError, SourceGoneError, UsageError
from crackscope.images.read import decode
from crackscope.inspection.find import find
from crackscope.inspection.sources import KINDS, PhotoSource, files, kind_of, listed, remote
from support_pictures import encode, noise

PHOTO = encode(noise(), "PNG")


PLAYER = f"""#!{sys.executable}
import os, sys
from pathlib import Path
words = sys.argv[1:]
sys.stderr.write(os.environ.get("SAID", ""))
address = words[-1] if Path(sys.argv[0]).name == "ffprobe" else words[words.index("-i") + 1]
content = Path(address.removeprefix("file:")).read_bytes()
if not content.startswith(b"\\x89PNG"):
    sys.exit("Invalid data found when processing input")
if Path(sys.argv[0]).name == "ffprobe":
    length = os.environ.get("LENGTH", '"duration": "12.0"')
    print('{{"streams": [{{"avg_frame_rate": "25/1", ' + length + '}}], "format": {{}}}}')
elif float(words[words.index("-ss") + 1]) < 9.0:
    sys.stdout.buffer.write(content)
"""
"""In the place of ffmpeg: a video of 12 s, or LENGTH, is a PNG file whose pictures end at 9 s;
SAID is what it complains of."""


def players(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A PATH with only these programs."""
    if os.name == "nt":
        pytest.skip("Windows starts no script without an extension")
    folder.mkdir(exist_ok=True)
    for name in ("ffmpeg", "ffprobe"):
        (folder / name).write_text(PLAYER)
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))


@pytest.fixture
def memory(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    """The in-memory file system of fsspec instead of a bucket."""
    fsspec = pytest.importorskip("fsspec")
    monkeypatch.setattr(remote, "_SCHEMES", {"memory": "fsspec"})
    monkeypatch.setattr(remote, "_LISTED", ("memory",))
    system = fsspec.filesystem("memory")
    system.store.clear()
    yield system
    system.store.clear()


def zipped(path: Path, entries: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return path


def names(*arguments: object) -> list[str]:
    return [source.name for source in find([str(argument) for argument in arguments]).photos]


def kind_of_error(source: PhotoSource, limit: float = 250.0) -> str:
    with pytest.raises(ImageError) as caught:
        source.content(limit)
    assert str(caught.value)
    return caught.value.kind


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_gives_photos_that_can_be_sent_and_read(
    kind: str, tmp_path: Path, memory: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "a.png").write_bytes(PHOTO)
    memory.pipe("/site/a.png", PHOTO)
    (tmp_path / "site.mp4").write_bytes(PHOTO)
    players(tmp_path / "bin", monkeypatch)
    argument = {
        "video": str(tmp_path / "site.mp4"),
        "address": "memory://site",
        "zip file": str(zipped(tmp_path / "site.zip", {"a.png": PHOTO})),
        "file, folder or glob": str(tmp_path / "site"),
    }[kind]
    assert type(kind_of(argument)) is type(KINDS[kind].kind())
    source, *others = find([argument], every=5.0).photos
    if kind == "video":
        assert source.relative == "site.mp4/00h00m00.000s"
        assert len(others) == 2
    else:
        assert (source.name, source.relative) == (f"{argument}/a.png", "a.png")
        assert not others
    again = pickle.loads(pickle.dumps(source))  # noqa: S301  (our own)
    assert again == source
    assert again.stamp() == source.stamp()
    assert source.stamp()[0] == len(PHOTO)
    assert decode(source.content(1.0), source.name).width == 96
    for place in ("site/a.png", "site.mp4", "site.zip"):
        (tmp_path / place).unlink(missing_ok=True)
    assert kind == "address" or source.stamp() == (0, 0), "nothing is known of what is gone"


def test_a_zip_file_is_read_in_place(tmp_path: Path) -> None:
    entries = {
        "b/2.png": PHOTO,
        "a.jpg": b"",
        "b/": b"",
        "notes.txt": b"x",
        "__MACOSX/._a.jpg": b"x",
    }
    archive = zipped(tmp_path / "Site 1.ZIP", entries)
    found = find([str(archive)])
    assert [source.name for source in found.photos] == [f"{archive}/a.jpg", f"{archive}/b/2.png"]
    assert found.passed_over == 2
    assert found.photos[0].content(1.0) == b""
    assert found.photos[1].content(1.0) == PHOTO
    assert [path.name for path in tmp_path.iterdir()] == ["Site 1.ZIP"]


@pytest.mark.parametrize("kind", ["zip", "bucket"])
def test_trash_and_our_own_output_are_skipped(
    kind: str, tmp_path: Path, memory: SimpleNamespace
) -> None:
    state = b'{"identity": "x", "finished": true}'
    entries = {
        "a.png": PHOTO,
        "@eaDir/a.png/thumb.png": PHOTO,
        "sub/.Trash-1/b.png": PHOTO,
        "runs/x/run.json": state,
        "runs/x/sheet.png": PHOTO,
    }
    for name, content in entries.items():
        memory.pipe(f"/site/{name}", content)
    place = str(zipped(tmp_path / "site.zip", entries)) if kind == "zip" else "memory://site"
    found = find([place])
    assert [source.relative for source in found.photos] == ["a.png"]
    assert found.skipped == tuple(f"{place}/{p}" for p in ("@eaDir", "runs/x", "sub/.Trash-1"))
    assert found.passed_over == 1


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_an_entry_is_looked_at_before_it_is_unpacked(
    tmp_path: Path, method: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crackscope.images.zipped._ALWAYS", 1_000_000)
    entries = {
        "a.png": b"no picture" + bytes(900_000),
        "b.png": PHOTO + bytes(2_000_000),
        "c.png": PHOTO + bytes(900_000),
    }
    archive = zipped(tmp_path / "a.zip", entries, method)
    assert archive.stat().st_size < 10_000
    none, bomb, padded = find([str(archive)]).photos
    assert len(none.content(250.0)) == 64
    with pytest.raises(ImageError, match="unrecognised image format"):
        decode(none.content(250.0), "a")
    assert kind_of_error(bomb) == "too_large"
    assert len(padded.content(250.0)) == len(entries["c.png"])


def test_several_zip_files_do_not_mix(tmp_path: Path) -> None:
    first, second = (zipped(tmp_path / f"{name}.zip", {"a.png": PHOTO}) for name in "xy")
    found = find([str(second), str(first), str(second)]).photos
    assert [source.relative for source in found] == ["y.zip/a.png", "x.zip/a.png"]


def test_a_zip_file_with_backslashes_is_read_as_folders(tmp_path: Path) -> None:
    entries = {"site\\": b"", "site\\b\\2.png": PHOTO, "site\\._2.png": b"x", "a.png": PHOTO}
    archive = tmp_path / "a.zip"
    with zipfile.ZipFile(archive, "w") as writer:
        for name, content in entries.items():
            info = zipfile.ZipInfo()
            info.filename = name
            writer.writestr(info, content)
    found = find([str(archive)])
    assert [source.relative for source in found.photos] == ["a.png", "site/b/2.png"]
    assert found.photos[1].name == f"{archive}/site/b/2.png"
    assert found.photos[1].content(1.0) == PHOTO
    assert found.photos[1].stamp()[0] == len(PHOTO)
    assert found.passed_over == 1


def test_zip_files_in_a_folder_are_passed_over(tmp_path: Path) -> None:
    zipped(tmp_path / "a.zip", {"a.png": PHOTO})
    (tmp_path / "b.png").write_bytes(PHOTO)
    assert names(tmp_path) == [f"{tmp_path}/b.png"]


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_damaged_entry_is_one_failed_photo(tmp_path: Path, method: int) -> None:
    archive = zipped(tmp_path / "a.zip", {"a.png": PHOTO * 3, "b.png": PHOTO}, method)
    content = bytearray(archive.read_bytes())
    for place in range(60, 120):
        content[place] ^= 0x5A
    archive.write_bytes(content)
    damaged, good = find([str(archive)]).photos
    assert kind_of_error(damaged) == "unreadable"
    assert good.content(1.0) == PHOTO


def test_an_encrypted_entry_is_one_failed_photo(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "a.zip", {"a.png": PHOTO})
    content = bytearray(archive.read_bytes())
    content[6] |= 1
    content[content.rindex(b"PK\1\2") + 8] |= 1
    archive.write_bytes(content)
    (source,) = find([str(archive)]).photos
    assert kind_of_error(source) == "not_permitted"


def test_an_entry_of_an_unknown_compression_is_one_failed_photo(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "a.zip", {"a.png": PHOTO, "b.png": PHOTO})
    content = bytearray(archive.read_bytes())
    content[8] = content[content.index(b"PK\1\2") + 10] = 9  # Deflate64, as Windows writes it
    archive.write_bytes(content)
    unknown, good = find([str(archive)]).photos
    assert kind_of_error(unknown) == "unsupported"
    assert good.content(1.0) == PHOTO


def test_a_zip_bomb_is_stopped_by_its_size_before_it_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.png", bytes(90_000_000))
    (source,) = find([str(path)]).photos
    assert kind_of_error(source, 1.0) == "too_large"


def test_a_bomb_that_lies_about_its_size_gives_no_more_than_it_says(tmp_path: Path) -> None:
    path = zipped(tmp_path / "bomb.zip", {"a.png": bytes(90_000_000)})
    content = bytearray(path.read_bytes())
    struct.pack_into("<I", content, content.rindex(b"PK\1\2") + 24, 1000)
    path.write_bytes(content)
    (source,) = find([str(path)]).photos
    assert kind_of_error(source, 1.0) == "unreadable"


@pytest.mark.parametrize("content", [b"", b"no zip file", PHOTO, b"PK\3\4" + bytes(100)])
def test_what_is_no_zip_file_is_one_failed_photo(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.zip").write_bytes(content)
    (source,) = find([str(tmp_path / "a.zip")]).photos
    assert source.name == str(tmp_path / "a.zip")
    assert kind_of_error(source) == "unreadable"


def test_an_entry_that_leads_out_keeps_its_name_and_is_read_like_others(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "a.zip", {"../../evil.png": PHOTO})
    (source,) = find([str(archive)]).photos
    assert source.content(1.0) == PHOTO
    assert source.relative == "../../evil.png"


def test_a_list_may_be_lines_or_separated_by_nul() -> None:
    assert listed.parse(b"a b.jpg\r\n\n c.jpg\n") == ["a b.jpg", " c.jpg"]
    assert listed.parse(b"a\nb.jpg\0c.jpg\0") == ["a\nb.jpg", "c.jpg"]
    assert listed.parse(b"\xef\xbb\xbfa.jpg") == ["a.jpg"]
    assert listed.parse(b"") == []


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "utf-32"])
def test_a_list_of_windows_is_read(encoding: str) -> None:
    text = "site/Brücke 1.jpg\r\n\r\nb.jpg\r\n"
    assert listed.parse(text.encode(encoding)) == ["site/Brücke 1.jpg", "b.jpg"]


@pytest.mark.parametrize(
    "content",
    ["\ufeffa.jpg\n".encode("utf-16-le")[:-1], "./a.jpg\n./b.jpg\n".encode("utf-16-be")[:-1]],
)
def test_a_list_that_is_cut_off_is_refused_and_no_folder_is_walked(content: bytes) -> None:
    with pytest.raises(UsageError, match=r"UTF-16.*truncated or damaged.*UTF-8, one path per line"):
        listed.parse(content)


def test_a_list_with_nuls_in_utf_16_is_refused() -> None:
    with pytest.raises(UsageError, match="with NULs"):
        listed.parse("a.jpg\0b.jpg".encode("utf-16"))


@pytest.mark.parametrize(
    ("line", "said"), [(".", True), ("..", True), ("/", True), ("sub", False), ("sub/a.png", False)]
)
def test_a_list_that_names_a_folder_above_says_so(
    line: str,
    said: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    (tmp_path / "here" / "sub").mkdir(parents=True)
    (tmp_path / "here" / "sub" / "a.png").write_bytes(PHOTO)
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(f"{line}\n".encode())))
    monkeypatch.setattr(files.Files, "find", lambda self, argument, search: iter([]))
    with pytest.raises(UsageError, match="no photo found"):
        find(["-"])
    assert ("a parent of the working folder" in caplog.text) == said


def test_a_list_on_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "[1].png").write_bytes(PHOTO)
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "b.png").write_bytes(PHOTO)
    paths = [tmp_path / "[1].png", tmp_path / "gone.jpg", tmp_path / "site", tmp_path / "[1].png"]
    content = b"".join(os.fsencode(path) + b"\n" for path in paths)
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(content)))
    photos = find(["-"]).photos
    expected = [tmp_path / "[1].png", tmp_path / "gone.jpg", tmp_path / "site" / "b.png"]
    assert [Path(source.name) for source in photos] == expected
    assert kind_of_error(photos[1]) == "not_found"


def test_a_bucket_is_walked_sorted(memory: SimpleNamespace) -> None:
    for name in ("b.jpg", "a/z.png", "notes.txt"):
        memory.pipe(f"/bucket/site/{name}", PHOTO)
    for given in ("memory://bucket/site", "memory://bucket/site/"):
        found = find([given])
        assert [source.relative for source in found.photos] == ["a/z.png", "b.jpg"]
        assert found.photos[0].name == "memory://bucket/site/a/z.png"
        assert found.passed_over == 1
    assert names("memory://bucket/site/b.jpg", "memory://bucket/site/b.jpg") == [
        "memory://bucket/site/b.jpg"
    ]


def test_what_a_server_does_not_give_is_one_failed_photo(
    memory: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory.pipe("/site/a.png", PHOTO)
    memory.pipe("/site/b.png", PHOTO)
    (first, _) = find(["memory://site"]).photos
    (by_hand,) = find(["memory://site/gone.png"]).photos
    assert kind_of_error(by_hand) == "not_found"
    assert kind_of_error(replace(first, size=10**9), 1.0) == "too_large"

    def fail(*_: object) -> bytes:
        raise TimeoutError("no answer")

    monkeypatch.setattr(type(memory), "cat_file", fail)
    assert kind_of_error(first) == "unreadable"
    monkeypatch.setattr(type(memory), "ls", fail)
    with pytest.raises(SourceGoneError, match="memory://site is gone"):
        first.content(1.0)


def test_only_addresses_that_are_known_are_asked() -> None:
    for address in ("http://example.org/a.jpg", "ftp://a/b.jpg", "file:///a.jpg"):
        with pytest.raises(UsageError, match="s3://, gs://, https://"):
            find([address])


@pytest.mark.parametrize("address", ["s3://bucket/a.jpg", "gs://bucket", "https://a.test/a.jpg"])
def test_without_the_extra_the_pip_line_is_told(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("fsspec", "s3fs", "gcsfs", "aiohttp"):
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtraError, match=r'pip install "crackscope\[cloud\]"'):
        find([address])


@pytest.mark.parametrize("leave_folder", [True, False])
def test_a_drive_that_is_pulled_out_is_not_the_photos_fault(
    tmp_path: Path, leave_folder: bool
) -> None:
    site = tmp_path / "site"
    site.mkdir()
    for name in ("a.png", "b.png"):
        (site / name).write_bytes(PHOTO)
    first, second = find([str(site)]).photos
    (site / "a.png").unlink()
    assert kind_of_error(first) == "not_found"
    (site / "b.png").unlink()
    if not leave_folder:
        site.rmdir()
    with pytest.raises(SourceGoneError, match="Reconnect it"):
        second.content(1.0)


def test_a_zip_file_that_is_gone_is_not_the_photos_fault(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "a.zip", {"a.png": PHOTO})
    (source,) = find([str(archive)]).photos
    archive.unlink()
    with pytest.raises(SourceGoneError):
        source.content(1.0)


def test_a_video_is_looked_at_every_so_often(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    players(tmp_path / "bin", monkeypatch)
    video = tmp_path / "a flight.MP4"
    video.write_bytes(PHOTO)
    found = find([str(video), str(video)], every=2.5).photos
    times = ["00.000", "02.500", "05.000", "07.500", "10.000"]
    assert [source.relative for source in found] == [f"a flight.MP4/00h00m{t}s" for t in times]
    assert [source.content(1.0) for source in found[:4]] == [PHOTO] * 4
    assert kind_of_error(found[4]) == "truncated"
    video.unlink()
    with pytest.raises(SourceGoneError, match=r"a flight\.MP4 is gone"):
        found[0].content(1.0)


def test_a_video_without_an_index_is_read_from_ten_seconds_ahead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    players(tmp_path / "bin", monkeypatch)
    monkeypatch.setenv("LENGTH", '"duration": "40.0"')
    for name, readable in (("a.mts", [5, 15]), ("a.mp4", [5])):
        (tmp_path / name).write_bytes(PHOTO)
        found = find([str(tmp_path / name)], every=5.0).photos
        assert found[1].content(1.0) == PHOTO
        times = [5 * at for at, source in enumerate(found) if at % 2 and is_read(source)]
        assert times == readable, "the pictures end at 9 s"


def is_read(source: PhotoSource) -> bool:
    try:
        return bool(source.content(1.0))
    except ImageError:
        return False


def test_pictures_of_hours_are_named_by_the_clock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    players(tmp_path / "bin", monkeypatch)
    monkeypatch.setenv("LENGTH", '"duration": "7300.0"')
    video = tmp_path / "a.mp4"
    video.write_bytes(PHOTO)
    found = find([str(video)], every=1800.25).photos
    times = ["00h00m00.000s", "00h30m00.250s", "01h00m00.500s", "01h30m00.750s", "02h00m01.000s"]
    assert [source.relative for source in found] == [f"a.mp4/{time}" for time in times]


def test_what_is_no_video_is_one_failed_photo(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    players(tmp_path / "bin", monkeypatch)
    video = tmp_path / "a.mp4"
    video.write_bytes(b"\0" * 100)
    (source,) = find([str(video)], every=1.0).photos
    assert source.relative == "a.mp4"
    assert kind_of_error(source) == "unreadable"
    (source,) = find([str(video)]).photos
    with pytest.raises(ImageError, match="--every 1s"):
        source.content(1.0)


def test_a_glob_of_videos_is_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    players(tmp_path / "bin", monkeypatch)
    for name in ("b.mp4", "a.mp4", "c.mov"):
        (tmp_path / name).write_bytes(PHOTO)
    found = find([str(tmp_path / "*.mp4")], every=10.0).photos
    times = ("00h00m00.000s", "00h00m10.000s")
    assert [source.relative for source in found] == [
        f"{name}.mp4/{time}" for name in "ab" for time in times
    ]
    with pytest.raises(UsageError, match="videos must be named explicitly"):
        find([str(tmp_path)], every=10.0)


@pytest.mark.parametrize(
    ("length", "pictures"),
    [('"duration": "3.0"', 3), ('"tags": {"DURATION": "00:01:03.000000000"}', 63)],
)
def test_how_long_a_video_is(
    length: str, pictures: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    players(tmp_path / "bin", monkeypatch)
    (tmp_path / "a.mkv").write_bytes(PHOTO)
    monkeypatch.setenv("LENGTH", length)
    assert len(find([str(tmp_path / "a.mkv")], every=1.0).photos) == pictures


@pytest.mark.parametrize("seconds", ["1e12", "inf", "nan"])
def test_a_video_may_not_say_that_it_never_ends(
    seconds: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    players(tmp_path / "bin", monkeypatch)
    (tmp_path / "a.mkv").write_bytes(PHOTO)
    monkeypatch.setenv("LENGTH", f'"duration": "{seconds}"')
    (source,) = find([str(tmp_path / "a.mkv")], every=1.0).photos
    with pytest.raises(ImageError, match="Increase --every"):
        source.content(1.0)


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("[h264 @ 0x55a2] error while decoding MB 22 18, bytestream 8380", "unreadable"),
        ("[hevc @ 0x55a2] The cu_qp_delta 34 is outside the valid range [-26, 25].", "unreadable"),
        ("Picture size 16000x16000 exceeds specified max pixel count 1000000", "too_large"),
        ("[h264 @ 0x55a2] mmco: unref short failure", None),  # behind an open group of pictures
    ],
)
def test_what_ffmpeg_makes_up_is_no_picture(
    said: str, kind: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    players(tmp_path / "bin", monkeypatch)
    (tmp_path / "a.mp4").write_bytes(PHOTO)
    (source,) = find([str(tmp_path / "a.mp4")], every=20.0).photos
    monkeypatch.setenv("SAID", said)
    if kind is None:
        assert source.content(1.0) == PHOTO
    else:
        with pytest.raises(ImageError) as caught:
            source.content(1.0)
        assert caught.value.kind == kind
        assert "0x55a2" not in str(caught.value)


def test_a_video_needs_ffmpeg(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    players(tmp_path / "bin", monkeypatch)
    video = tmp_path / "a.mp4"
    video.write_bytes(PHOTO)
    source = find([str(video)], every=1.0).photos[0]
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError, match=r"require ffmpeg.*Install it: apt install"):
        find([str(video)], every=1.0)
    assert kind_of_error(source) == "unsupported"  # on a worker without it


@pytest.fixture
def film() -> Callable[..., None]:
    """Runs the installed ffmpeg."""
    if shutil.which("ffmpeg") is None:
        pytest.skip("ffmpeg is not installed")

    def run(*arguments: object) -> None:
        subprocess.run(["ffmpeg", "-loglevel", "error", *map(str, arguments)], check=True)

    return run


def test_the_real_ffmpeg_gives_the_picture_of_its_time(
    tmp_path: Path, film: Callable[..., None]
) -> None:
    video = tmp_path / "-flight 1.mp4"
    colours = [f"color={name}:s=64x48:r=10:d=1,format=yuv420p" for name in ("gray", "black")]
    inputs = [word for colour in colours for word in ("-f", "lavfi", "-i", colour)]
    film(*inputs, "-filter_complex", "[0][1]concat", "-c:v", "mpeg4", f"file:{video}")
    found = find([str(video)], every=0.5).photos
    means = [decode(source.content(1.0), source.name).pixels.mean() for source in found]
    assert [mean > 64 for mean in means] == [True, True, False, False]
    assert kind_of_error(found[0], limit=0.001) == "too_large"


def test_a_video_without_an_index_gives_the_same_pictures(
    tmp_path: Path, film: Callable[..., None]
) -> None:
    stream, indexed = tmp_path / "a.mts", tmp_path / "a.mkv"
    moving = "testsrc2=s=64x48:r=10:d=24"
    film("-f", "lavfi", "-i", moving, "-c:v", "mpeg2video", "-g", 60, "-f", "mpegts", stream)
    film("-i", stream, "-c", "copy", indexed)
    pictures = [
        [source.content(1.0) for source in find([str(video)], every=3.7).photos]
        for video in (stream, indexed)
    ]
    assert pictures[0] == pictures[1]
    assert len(set(pictures[0])) == 7


@pytest.mark.parametrize(
    "playlist",
    [
        "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\na.ts\n#EXT-X-ENDLIST\n",
        "ffconcat version 1.0\nfile a.ts\n",
    ],
)
def test_a_playlist_opens_nothing(playlist: str, tmp_path: Path, film: Callable[..., None]) -> None:
    film("-f", "lavfi", "-i", "testsrc2=s=64x48:r=10:d=1", "-c:v", "mpeg2video", tmp_path / "a.ts")
    (tmp_path / "list.mp4").write_text(playlist)
    (source,) = find([str(tmp_path / "list.mp4")], every=1.0).photos
    with pytest.raises(ImageError, match="not on whitelist"):
        source.content(1.0)
