import json
import shutil
from pathlib import Path

import pytest

import crackscope
from crackscope import run_dir
from crackscope.cli.main import run
from crackscope.errors import UnknownNameError
from crackscope.reporting import REPORTS
from support_pictures import grey_photo


@pytest.fixture
def results(tiny_bundle: Path, tmp_path: Path) -> Path:
    """An inspection of three photos and a broken one."""
    for index in range(3):
        grey_photo(tmp_path / "site" / f"{index}.png", 100 * index)
    (tmp_path / "site" / "broken.png").write_bytes(b"")
    out = tmp_path / "out"
    arguments = ["inspect", tmp_path / "site", "--model", tiny_bundle, "--out", out]
    assert run(list(map(str, arguments))) == 3
    return out


def test_reports_made_later_are_those_of_the_inspection(results: Path) -> None:
    names = ("results.csv", "regions.csv", "report.html")
    before = {name: (results / name).read_bytes() for name in names}
    ledger = (results / "results.jsonl").read_bytes()
    for name in names:
        (results / name).unlink()
    assert run(["report", str(results)]) == 0
    assert {name: (results / name).read_bytes() for name in names} == before
    assert (results / "results.jsonl").read_bytes() == ledger


def test_every_format_can_be_made_elsewhere_without_the_photos(
    results: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(tmp_path / "site")
    out = tmp_path / "reports"
    names = ",".join(REPORTS.names())
    assert run(["report", str(results), "--report", names, "--out", str(out)]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert "4 photos, 2 crack" in printed[-3]
    assert printed[-1] == str(out)
    written = {path.name for path in out.iterdir()} - {"run.json", ".lock"}
    assert written == set(printed[-2].split(", "))
    page = (out / "report.html").read_text(encoding="utf-8")
    assert page.count("data:image/jpeg;base64,") == 6
    assert 'href="../out/overlays/0.png.jpg"' in page


def test_json_names_the_files(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert run(["report", str(results), "--report", "geojson", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["files"] == [str(results / "photos.geojson")]
    assert (data["photos"], data["failed"]) == (4, 1)


def test_an_interrupted_inspection_is_reported_as_such(results: Path) -> None:
    file = results / "results.jsonl"
    whole = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join(whole[:2]) + whole[2][:30])
    outcome = crackscope.report(results, report="html")
    assert outcome.data["missing"] == 2
    assert "2 of 4 photos are missing" in (results / "report.html").read_text(encoding="utf-8")


def test_what_cannot_be_done_is_said(
    results: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for arguments, text in [
        ([results, "--report", "hmtl"], "Did you mean 'html'?"),
        ([tmp_path / "site"], "results.jsonl"),
        ([tmp_path / "gone"], "results.jsonl"),
        ([results, "--out", tmp_path / "site"], "--exist-ok"),
    ]:
        assert run(["report", *map(str, arguments)]) == 2
        assert text in capsys.readouterr().err
    (results / "settings.json").unlink()
    assert run(["report", str(results)]) == 2
    assert "settings.json" in capsys.readouterr().err


def test_another_process_keeps_its_folder(results: Path) -> None:
    with run_dir.locked(results):
        assert run(["report", str(results)]) == 2
    assert run(["report", str(results)]) == 0


def test_an_unknown_format_stops_an_inspection_before_it_starts(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="'parquet'"):
        crackscope.inspect(tmp_path, report="html,parket", out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_an_inspection_writes_what_is_asked_for(tiny_bundle: Path, tmp_path: Path) -> None:
    photo = grey_photo(tmp_path / "a.png", 0)
    out = tmp_path / "out"
    crackscope.inspect(photo, model=str(tiny_bundle), report="coco,geojson", out=out)
    files = {path.name for path in out.iterdir() if path.is_file()} - {".lock"}
    kept = {"results.jsonl", "errors.jsonl", "settings.json", "run.json"}
    assert files == kept | {"coco.json", "photos.geojson"}
