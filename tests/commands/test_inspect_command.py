import csv
import json
import os
import struct
import subprocess
import sys
import time
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import crackscope
from crackscope.cli.main import run
from crackscope.errors import OutputTakenError, UsageError
from crackscope.types import Photo
from support_heic import heic
from support_pictures import encode, grey_photo, noise
from support_runs import slowed

OK_KEYS = [
    "schema_version", "path", "status", "verdict", "score", "threshold", "width", "height",
    "regions", "model", "seconds", "surface", "metadata",
]  # fmt: skip
FAILED_KEYS = ["schema_version", "path", "status", "error"]


def lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(text) for text in file.read_text(encoding="ascii").splitlines()]


def site(folder: Path, count: int = 6) -> Path:
    for index in range(count):
        grey_photo(folder / f"{index:03}.png", 40 * (index % 6), 200, 140)
    return folder


def command(model: Path, out: Path, *arguments: object) -> list[str]:
    return ["inspect", *map(str, arguments), "--model", str(model), "--out", str(out)]


def test_an_inspection_leaves_what_the_contract_says(
    tiny_bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    photos = site(tmp_path / "site")
    (photos / "notes.txt").write_text("x")
    assert run(command(tiny_bundle, out, photos)) == 0
    printed = capsys.readouterr()
    assert printed.out.splitlines()[-1] == str(out)
    assert "6 photos: 3 crack, 2 unsure, 1 no crack, 0 failed" in printed.out
    assert printed.err == ""
    results = lines(out / "results.jsonl")
    assert [list(result) for result in results] == [OK_KEYS] * 6
    assert [result["path"] for result in results] == [f"{photos}/{i:03}.png" for i in range(6)]
    first = results[0]
    identity = crackscope.load(tiny_bundle).bundle.identity
    assert (first["verdict"], first["threshold"], first["model"]) == ("crack", 0.6, identity)
    assert (first["width"], first["height"], first["schema_version"]) == (200, 140, 1)
    (region,) = first["regions"]
    assert (region["id"], region["box"], region["score"]) == (1, [0, 0, 200, 140], 1.0)
    assert abs(results[1]["score"] - (1 - 40 / 255)) < 1e-6
    left = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    overlays = {f"overlays/{index:03}.png.jpg" for index in range(6)}
    thumbnails = {f"thumbnails/{index:03}.png.jpg" for index in range(6)}
    tables = {"results.jsonl", "results.csv", "regions.csv", "errors.jsonl"}
    tables |= {"report.html", "index.html"}
    assert left - {".lock"} == overlays | thumbnails | tables | {"run.json", "settings.json"}
    assert (out / "errors.jsonl").read_bytes() == b""


def test_json_prints_the_results_and_nothing_else(
    tiny_bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, photos = tmp_path / "out", site(tmp_path / "site", 3)
    (photos / "broken.jpg").write_bytes(b"")
    assert run([*command(tiny_bundle, out, photos), "--json"]) == 3
    printed = [json.loads(text) for text in capsys.readouterr().out.splitlines()]
    assert printed == lines(out / "results.jsonl")


def test_the_settings_reach_the_verdict(tiny_bundle: Path, tmp_path: Path) -> None:
    out, photos = tmp_path / "out", site(tmp_path / "site")
    arguments = ["--threshold", "0.2", "--workers", "1", "--device", "cpu"]
    assert run(command(tiny_bundle, out, photos) + arguments) == 0
    results = lines(out / "results.jsonl")
    assert {result["threshold"] for result in results} == {0.2}
    assert sum(result["verdict"] == "crack" for result in results) == 6
    limit = ["--max-megapixels", "0.01"]
    assert run(command(tiny_bundle, tmp_path / "out2", photos) + limit) == 3
    assert {r["error"]["kind"] for r in lines(tmp_path / "out2" / "errors.jsonl")} == {"too_large"}


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["gone.jpg"], "gone.jpg"),
        (["empty"], "no photo found"),
        (["site", "--threshold", "2"], "threshold must be between 0 and 1"),
        (["site", "--treshold", "0.5"], "threshold"),
        (["site", "--workers", "0"], "workers must be at least 1"),
        (["site", "--device", "gpu"], "--device cpu"),
        (["site", "--model", "nowhere"], "nowhere"),
        (["site", "--masks"], "masks require a model with lines. Received: darkness@"),
        ([], "photos"),
    ],
)
def test_usage_errors_exit_2_and_say_why(
    tiny_bundle: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    text: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    site(tmp_path / "site", 1)
    (tmp_path / "empty").mkdir()
    model = [] if "--model" in arguments else ["--model", str(tiny_bundle)]
    assert run(["inspect", *arguments, *model]) == 2
    assert text in capsys.readouterr().err
    assert not (tmp_path / "runs").exists()


def test_a_finished_folder_is_not_overwritten(
    tiny_bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, photos = tmp_path / "out", site(tmp_path / "site", 2)
    assert run(command(tiny_bundle, out, photos)) == 0
    before = (out / "results.jsonl").read_bytes()
    capsys.readouterr()
    assert run(command(tiny_bundle, out, photos)) == 0
    shown = capsys.readouterr().out
    assert "is finished" in shown
    assert "2 photos: 2 crack" in shown
    assert shown.splitlines()[-1] == str(out)
    assert run([*command(tiny_bundle, out, photos), "--json"]) == 0
    assert [json.loads(text) for text in capsys.readouterr().out.splitlines()] == [
        json.loads(text) for text in before.splitlines()
    ]
    assert run([*command(tiny_bundle, out, photos), "--fail-on", "crack"]) == 4
    assert run([*command(tiny_bundle, out, photos), "--threshold", "0.3"]) == 2
    assert (out / "results.jsonl").read_bytes() == before
    assert run([*command(tiny_bundle, out, photos), "--exist-ok"]) == 0
    assert len(lines(out / "results.jsonl")) == 2


def test_the_folder_is_named_after_the_first_argument(
    tiny_bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    photos = site(tmp_path / "Nord brücke", 2)
    model = str(tiny_bundle)
    assert crackscope.inspect(photos, model=model).path == Path("runs/inspect/Nord-brücke")
    assert crackscope.inspect(photos / "000.png", model=model).path == Path("runs/inspect/000")
    monkeypatch.chdir(photos)
    for given in (".", "*.png", "0[0-9]1.png"):
        outcome = crackscope.inspect(given, model=model, exist_ok=True)
        assert outcome.path == Path("runs/inspect/Nord-brücke")
        assert {Path(entry["path"]).suffix for entry in outcome.data} == {".png"}


def test_from_python(tiny_bundle: Path, tmp_path: Path) -> None:
    photo = grey_photo(tmp_path / "a.png", 0)
    outcome = crackscope.inspect(photo, model=str(tiny_bundle), out=tmp_path / "out")
    assert (outcome.exit_code, outcome.path) == (0, tmp_path / "out")
    assert outcome.data[0]["score"] == crackscope.load(tiny_bundle).inspect(photo).score
    again = crackscope.inspect(photo, model=str(tiny_bundle), out=tmp_path / "out")
    assert (again.data, again.path, again.exit_code) == (outcome.data, outcome.path, 0)
    with pytest.raises(OutputTakenError):
        crackscope.inspect(photo, model=tiny_bundle, out=tmp_path / "out", threshold=0.3)
    with pytest.raises(UsageError, match="'threshold'"):
        crackscope.inspect(photo, treshold=0.5)


def test_two_runs_give_the_same_bytes_but_for_the_time(tiny_bundle: Path, tmp_path: Path) -> None:
    photos = tmp_path / "site"
    photos.mkdir()
    for index in range(10):
        content = encode(noise(64 + 50 * (index % 3), 90, seed=index))
        (photos / f"{index}.jpg").write_bytes(content)
    runs = []
    for workers in (1, 4):
        out = tmp_path / f"out{workers}"
        assert run([*command(tiny_bundle, out, photos), "--workers", str(workers)]) == 0
        results = lines(out / "results.jsonl")
        runs.append([{**result, "seconds": 0} for result in results])
    assert runs[0] == runs[1]


def hostile(folder: Path) -> dict[str, str | None]:
    """All kinds of files found in practice, and their kinds of error."""
    (folder / "eins").mkdir(parents=True)
    (folder / "zwei").mkdir()
    good = encode(noise(120, 90), "JPEG")
    png = encode(noise(120, 90), "PNG")
    bomb = bytearray(png)
    bomb[16:24] = struct.pack(">II", 60000, 60000)
    bomb[29:33] = struct.pack(">I", zlib.crc32(bytes(bomb[12:29])))
    image = Image.fromarray(noise(120, 90))
    deep = Image.fromarray(noise(120, 90)[..., 0].astype(np.uint16) * 257)
    contents: dict[str, tuple[bytes, str | None]] = {
        "empty.jpg": (b"", "empty"),
        "truncated.jpg": (good[: len(good) // 2], "truncated"),
        "truncated.png": (png[: len(png) // 2], "truncated"),
        "text.jpg": (b"this is no photo\n" * 20, "not_an_image"),
        "1x1.png": (encode(np.zeros((1, 1, 3), np.uint8), "PNG"), "too_small"),
        "1x20000.png": (encode(np.zeros((20000, 1, 3), np.uint8), "PNG"), "too_small"),
        "bomb.png": (bytes(bomb), "too_large"),
        "phone.heic": (heic(), None),
        "cmyk.jpg": (encode(image.convert("CMYK"), "JPEG"), None),
        "sixteen.png": (encode(deep, "PNG"), None),
        "grey.jpg": (encode(image.convert("L"), "JPEG"), None),
        "alpha.png": (encode(image.convert("RGBA"), "PNG"), None),
        "palette.png": (encode(image.quantize(16), "PNG", transparency=0), None),
        "animated.gif": (encode(image, "GIF", save_all=True, append_images=[image]), None),
        "after the end.jpg": (good + b"rest", None),
        "with space.jpg": (good, None),
        "Straße ü.jpg": (good, None),
        "eins/same.jpg": (good, None),
        "zwei/same.jpg": (good, None),
    }
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        content = encode(image, "JPEG", exif=exif.tobytes())
        contents[f"orientation {orientation}.jpg"] = (content, None)
    if os.name == "posix":
        contents["new\nline.jpg"] = (good, None)
        contents["<script>alert(1).jpg"] = (good, None)
        (folder / "zwei" / "loop").symlink_to("..", target_is_directory=True)
    for name, (content, _) in contents.items():
        (folder / name).write_bytes(content)
    (folder / "list.txt").write_text("no photo")
    return {name: kind for name, (_, kind) in contents.items()}


def test_a_hostile_folder_ends_as_the_contract_says(
    tiny_bundle: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    photos, out = tmp_path / "site", tmp_path / "out"
    expected = hostile(photos)
    forbidden = photos / "forbidden.jpg"
    forbidden.write_bytes(encode(noise()))
    _forbid(forbidden, monkeypatch)
    expected["forbidden.jpg"] = "not_permitted"
    assert run(command(tiny_bundle, out, photos)) == 3
    printed = capsys.readouterr()
    assert "1 other file ignored" in printed.out
    results = lines(out / "results.jsonl")
    kinds = {
        result["path"].removeprefix(f"{photos}/"): result.get("error", {}).get("kind")
        for result in results
    }
    assert len(results) == len(kinds)
    assert kinds == expected
    failed = [result for result in results if result["status"] == "failed"]
    assert lines(out / "errors.jsonl") == failed
    for result in results:
        assert list(result) == (FAILED_KEYS if result in failed else OK_KEYS)
    for result in failed:
        assert Path(result["path"]).name in printed.out
        assert result["error"]["message"]
    assert len(list((out / "overlays").rglob("*.jpg"))) == len(results) - len(failed)
    with (out / "results.csv").open(newline="", encoding="utf-8-sig") as file:
        assert [row["path"] for row in csv.DictReader(file)] == [r["path"] for r in results]
    for page in ("report.html", "index.html"):
        assert "<script>alert" not in (out / page).read_text(encoding="utf-8")


def _forbid(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove read permission; for root, simulate the refusal."""
    path.chmod(0)
    try:
        path.read_bytes()
    except PermissionError:
        return
    allowed = Path.read_bytes

    def read_bytes(self: Path) -> bytes:
        if self.name == path.name:
            raise PermissionError(13, "Permission denied")
        return allowed(self)

    monkeypatch.setattr(Path, "read_bytes", read_bytes)


SLOW = slowed("crackscope.rendering.overlay", "render", 0.05)


def test_after_kill_9_the_same_command_does_the_rest(tiny_bundle: Path, tmp_path: Path) -> None:
    out, photos = tmp_path / "out", site(tmp_path / "site", 24)
    (photos / "010.png").write_bytes(b"")
    arguments = [*command(tiny_bundle, out, photos), "--workers", "2"]
    process = subprocess.Popen([sys.executable, "-c", SLOW, *arguments], stderr=subprocess.DEVNULL)
    ledger = out / "results.jsonl"
    deadline = time.monotonic() + 60
    while not (ledger.exists() and ledger.read_bytes().count(b"\n") >= 3):
        assert time.monotonic() < deadline
        assert process.poll() is None
        time.sleep(0.01)
    process.kill()
    process.wait()
    kept = ledger.read_bytes()
    kept = kept[: kept.rindex(b"\n") + 1]
    assert 3 <= kept.count(b"\n") < 24
    ledger.write_bytes(kept + b'{"schema_version": 1, "path": "')
    assert run(arguments) == 3
    assert ledger.read_bytes().startswith(kept)
    paths = [result["path"] for result in lines(ledger)]
    assert paths == [f"{photos}/{index:03}.png" for index in range(24)]
    assert len(list((out / "overlays").iterdir())) == 23
    assert run(arguments) == 0
    assert ledger.read_bytes().count(b"\n") == 24


def test_another_command_does_not_go_on_in_an_unfinished_folder(
    tiny_bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, photos = tmp_path / "out", site(tmp_path / "site")
    _interrupt_after(monkeypatch, 2, KeyboardInterrupt())
    assert run(command(tiny_bundle, out, photos)) == 130
    monkeypatch.undo()
    assert run([*command(tiny_bundle, out, photos), "--threshold", "0.3"]) == 2
    grey_photo(photos / "new.png", 10)
    assert run(command(tiny_bundle, out, photos)) == 2
    (photos / "new.png").unlink()
    assert run(command(tiny_bundle, out, photos)) == 0


def _interrupt_after(monkeypatch: pytest.MonkeyPatch, count: int, error: BaseException) -> None:
    from crackscope.inspection.results_file import ResultsFile

    append = ResultsFile.append

    def interrupted(self: ResultsFile, result: Any) -> None:
        if len(self) == count:
            raise error
        append(self, result)

    monkeypatch.setattr(ResultsFile, "append", interrupted)


def test_ctrl_c_leaves_reports_of_what_there_is(
    tiny_bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, photos = tmp_path / "out", site(tmp_path / "site")
    _interrupt_after(monkeypatch, 4, KeyboardInterrupt())
    assert run(command(tiny_bundle, out, photos)) == 130
    monkeypatch.undo()
    assert len(lines(out / "results.jsonl")) == 4
    assert "inspected for cracks: 4" in (out / "report.html").read_text(encoding="utf-8")
    assert run(command(tiny_bundle, out, photos)) == 0
    assert len(lines(out / "results.jsonl")) == 6


def test_a_full_disk_exits_1_and_keeps_what_is_done(
    tiny_bundle: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out, photos = tmp_path / "out", site(tmp_path / "site")
    write = Path.write_bytes

    def full(self: Path, data: bytes) -> int:
        if self.name == "004.png.jpg":
            raise OSError(28, "No space left on device")
        return write(self, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    assert run([*command(tiny_bundle, out, photos), "--workers", "1"]) == 1
    assert "No space left" in capsys.readouterr().err
    monkeypatch.undo()
    assert run(command(tiny_bundle, out, photos)) == 0
    assert len(lines(out / "results.jsonl")) == 6


BLOCKED = """
import sys
class Block:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {blocked!r}:
            raise ImportError(name + " is not in the plain install")
sys.meta_path.insert(0, Block())
from crackscope.cli.main import main
main()
"""


def test_a_plain_install_inspects(tiny_bundle: Path, tmp_path: Path) -> None:
    blocked = {
        "keras", "tensorflow", "sklearn", "scipy", "matplotlib", "onnx", "tf2onnx", "h5py",
        "pandas", "hypothesis", "pytest",
    }  # fmt: skip
    script = BLOCKED.format(blocked=blocked)
    arguments = command(tiny_bundle, tmp_path / "out", site(tmp_path / "site", 2))
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script, *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == str(tmp_path / "out")


def test_the_command_line_and_python_give_one_score(tiny_bundle: Path, tmp_path: Path) -> None:
    photo = tmp_path / "a.jpg"
    photo.write_bytes(encode(noise(300, 200)))
    assert run(command(tiny_bundle, tmp_path / "out", photo)) == 0
    (result,) = lines(tmp_path / "out" / "results.jsonl")
    scope = crackscope.load(tiny_bundle)
    pixels = np.asarray(Image.open(photo))
    assert result["score"] == pytest.approx(scope.inspect(photo).score, abs=1e-6)
    assert result["score"] == pytest.approx(scope.inspect(Photo("a", pixels)).score, abs=1e-6)
