"""`crackscope scale`: a page of photos, and the way from its table to millimetres."""

import io
import json
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import crackscope
from crackscope.cli.main import run
from crackscope.errors import UsageError
from support_pictures import encode, noise


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    (folder / "pier").mkdir(parents=True)
    (folder / "a.jpg").write_bytes(encode(noise(400, 300), "JPEG"))
    (folder / "pier" / "b.png").write_bytes(encode(noise(300, 200), "PNG"))
    return folder


def rows(site: Path, size: str = "400x300") -> str:
    head = "path,mm_per_px,u95,two_points,corners,click_px,photo_size\n"
    return f'{head}{site.as_posix()}/a.jpg,,,"10,20,310,20=60",,2,{size}\n'


def test_the_page_lists_every_photo_and_the_table_is_read(site: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (site / "cut.jpg").write_bytes((site / "a.jpg").read_bytes()[:300])
    first = crackscope.scale(site, out=out)
    assert first.data == {"path": str(out), "photos": 2, "marked": 0}
    assert first.exit_code == 3, "one photo is broken"
    copies = sorted(path.name.partition("-")[2] for path in (out / "photos").iterdir())
    assert copies == ["300x200.jpg", "400x300.jpg"]
    (out / "scales.csv").write_text(rows(site), encoding="utf-8")
    (site / "cut.jpg").unlink()
    (site / "c.jpg").write_bytes(encode(noise(300, 300, 2), "JPEG"))
    again = crackscope.scale(site, out=out)
    assert again.data == {"path": str(out), "photos": 3, "marked": 1}
    assert f"--mm-per-px {out / 'scales.csv'}" in again.text
    assert (out / "scales.csv").read_text(encoding="utf-8") == rows(site), "it is the user's"


def test_inspect_measures_by_the_marked_points(site: Path, tmp_path: Path) -> None:
    table = tmp_path / "scales.csv"
    table.write_text(rows(site), encoding="utf-8")
    out = tmp_path / "measured"
    assert run(["inspect", str(site), "--mm-per-px", str(table), "--out", str(out)]) == 0
    lines = (out / "results.jsonl").read_text(encoding="utf-8").splitlines()
    found = {Path(one["path"]).name: one for one in map(json.loads, lines)}
    assert found["a.jpg"]["scale"]["source"] == "two_points"
    assert found["a.jpg"]["scale"]["mm_per_px"] == pytest.approx(0.2)
    assert "no row for this photo" in found["b.png"]["remark"]


def test_points_of_a_photo_of_another_size_are_refused(site: Path, tmp_path: Path) -> None:
    table = tmp_path / "scales.csv"
    table.write_text(rows(site, "300x400"), encoding="utf-8")
    scope = crackscope.load(mm_per_px=table)
    result = scope.inspect(site / "a.jpg")
    assert result.scale is None
    assert "points in a photo of (300, 400)" in result.remark


@pytest.mark.parametrize("command", ["scale", "inspect"])
def test_a_table_that_is_none_is_an_error_of_use(
    site: Path, tmp_path: Path, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Read up to its limit: gigabytes that someone saved under its name are not taken in."""
    out = tmp_path / "out"
    out.mkdir()
    flags = ["--mm-per-px", str(out / "scales.csv")] if command == "inspect" else []
    told = ["at most 100 MB", "line 2: photo_size must be above 0", "must have the columns path"]
    for content, reason in zip(["big", rows(site, "1e999x3"), "\0\1"], told, strict=True):
        with (out / "scales.csv").open("wb") as file:
            file.write(content.encode())
            if content == "big":
                file.truncate(100_000_001)
        folder = out if command == "scale" else tmp_path / "measured"
        assert run([command, str(site), *flags, "--out", str(folder), "--exist-ok"]) == 2
        assert reason in capsys.readouterr().err


def test_photos_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    for number in range(9):
        (tmp_path / f"{number}.jpg").write_bytes(b"damaged")
    with pytest.raises(UsageError, match=r"none of 9 photos can be read: .*4\.jpg: .*$") as caught:
        crackscope.scale(tmp_path, out=tmp_path / "out")
    assert "5.jpg" not in str(caught.value)


def test_the_folder_is_named_as_by_inspect(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the shell leaves as it is: no `*` or `:`, which Windows refuses, and no `..-2`."""
    monkeypatch.chdir(site / "pier")
    named = {"..": "site", ".": "pier", "../*.jpg": "site", "b.png": "b"}
    for photos, name in named.items():
        assert crackscope.scale(photos).path == Path("runs", "scale", name)
    content = SimpleNamespace(buffer=io.BytesIO(b"b.png\n"))
    monkeypatch.setattr(sys, "stdin", content)
    assert run(["scale", "-"]) == 0
    assert Path("runs", "scale", "stdin", "scale.html").is_file()
