"""Damaged or foreign results folders: exit code 2, a reason, no local file in a report."""

import base64
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crackscope.cli.main import run
from crackscope.reporting import REPORTS
from support_pictures import encode, grey_photo, noise


@pytest.fixture
def results(tiny_bundle: Path, tmp_path: Path) -> Path:
    """An inspection of one photo with a region in it."""
    grey_photo(tmp_path / "site" / "0.png", 0)
    out = tmp_path / "out"
    arguments = ["inspect", tmp_path / "site", "--model", tiny_bundle, "--out", out]
    assert run(list(map(str, arguments))) == 0
    return out


@pytest.fixture
def refused(capfd: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Run a command that must exit with 2 and a message; returns the message."""

    def reason(*arguments: object) -> str:
        capfd.readouterr()
        code = run(list(map(str, arguments)))
        said = capfd.readouterr().err
        assert code == 2, said
        assert "Traceback" not in said
        return said

    return reason


DAMAGED = (
    b"",
    b"[]",
    b"{}",
    b"\xff\xfe",
    b"null",
    b"[" * 100_000,
    b'{"identity": 1, "finished": false, "made_from": {}}',
    b'{"identity": "a", "finished": "no", "made_from": {}}',
    b'{"identity": "a", "finished": true, "made_from": []}',
)


@pytest.mark.parametrize("content", DAMAGED, ids=lambda content: repr(content[:60]))
def test_a_damaged_run_json_is_said_and_can_be_written_anew(
    content: bytes,
    tiny_bundle: Path,
    tmp_path: Path,
    refused: Callable[..., str],
) -> None:
    photo = grey_photo(tmp_path / "a.png", 0)
    out = tmp_path / "out"
    out.mkdir()
    (out / "run.json").write_bytes(content)
    arguments = ["inspect", str(photo), "--model", str(tiny_bundle), "--out", str(out)]
    said = refused(*arguments)
    assert "run.json is damaged" in said
    assert "--exist-ok" in said
    assert run([*arguments, "--exist-ok"]) == 0
    assert json.loads((out / "run.json").read_text(encoding="utf-8"))["finished"]


SETTINGS: dict[str, Any] = {
    "model": [None, 1, ["a"]],
    "settings": [None, [1], "a"],
    "overlays": [[1], None, {"a": 1}, {"a": ["b"]}],
    "passed_over": ["a", 1.5, None],
    "card": [None, 5],
    "more": [1],
}


@pytest.mark.parametrize(
    ("key", "value"), [(key, value) for key, values in SETTINGS.items() for value in values]
)
def test_wrong_settings_are_said(
    key: str, value: Any, results: Path, refused: Callable[..., str]
) -> None:
    file = results / "settings.json"
    settings = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps({**settings, key: value}), encoding="utf-8")
    assert "settings.json is damaged" in refused("report", results)


@pytest.mark.parametrize("content", DAMAGED[:6], ids=lambda content: repr(content[:9]))
def test_damaged_settings_are_said(
    content: bytes, results: Path, refused: Callable[..., str]
) -> None:
    (results / "settings.json").write_bytes(content)
    assert "settings.json is damaged" in refused("report", results)


LINES: dict[str, Any] = {
    "path": [1, None, ["a"]],
    "status": [None, 1],
    "verdict": ["maybe", 1],
    "score": ["high", 2.0, True],
    "threshold": ["high", [0.5]],
    "width": ["wide", 64.5, -64, 0],
    "height": [None, {}],
    "model": [1],
    "seconds": ["long"],
    "surface": ["water", 1],
    "regions": [
        None,
        [1],
        [{"id": "../../secret", "box": [0, 0, 9, 9], "score": 0.9}],
        [{"id": 1, "box": [0, 0, "9", 9], "score": 0.9}],
        [{"id": 1, "box": [0, 0, 9, 9], "score": 0.9, "outline": [[0, "a"]]}],
        [{"id": 1, "box": [0, 0, 9, 9], "score": 0.9, "area_px": "large"}],
    ],
    "cracks": [
        [{"id": "../a", "score": 0.9, "box": [0, 0, 9, 9], "lines": [[[1, 1, 1], [2, 2, 1]]]}],
        [{"id": 1, "score": 0.9, "box": [0, 0, 9, 9], "lines": [[[1, 1, 1], ["a", 2, 1]]]}],
        [{"id": 1, "score": 0.9, "box": [0, 0, 9, 9], "lines": []}],
    ],
    "metadata": [[1], {"taken": 5}, {"latitude": "north", "longitude": 0.0}],
}


@pytest.mark.parametrize(
    ("key", "value"), [(key, value) for key, values in LINES.items() for value in values]
)
def test_wrong_results_are_said(
    key: str, value: Any, results: Path, refused: Callable[..., str]
) -> None:
    file = results / "results.jsonl"
    line = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps({**line, key: value}) + "\n", encoding="utf-8")
    assert "results.jsonl, line 1, is damaged" in refused("report", results)


@pytest.mark.parametrize(
    "content", [b"[]\n", b"\xff\n", b"{}\n", b"[" * 100_000 + b"\n", b'{"status": NaN}\n']
)
def test_damaged_results_are_said(
    content: bytes, results: Path, refused: Callable[..., str]
) -> None:
    (results / "results.jsonl").write_bytes(content)
    assert "results.jsonl, line 1, is damaged" in refused("report", results)


def test_a_report_has_no_names_of_files_outside(
    results: Path, tmp_path: Path, refused: Callable[..., str]
) -> None:
    secret = tmp_path / "secret.jpg"
    secret.write_bytes(encode(noise(90, 60, 5)))
    file = results / "settings.json"
    settings = json.loads(file.read_text(encoding="utf-8"))
    (photo,) = settings["overlays"]
    for name in (
        "../secret.jpg",
        "overlays/../../secret.jpg",
        str(secret),
        "..\\secret.jpg",
        "C:\\secret.jpg",
        "",
    ):
        file.write_text(json.dumps({**settings, "overlays": {photo: name}}), encoding="utf-8")
        assert "overlays must be inside the folder" in refused("report", results)


def test_links_of_a_results_folder_do_not_lead_outside(results: Path, tmp_path: Path) -> None:
    """An image on another drive, linked from a folder that was sent to us."""
    secret = tmp_path / "elsewhere" / "secret.jpg"
    secret.parent.mkdir()
    secret.write_bytes(encode(noise(90, 60, 5)))
    settings = json.loads((results / "settings.json").read_text(encoding="utf-8"))
    (name,) = settings["overlays"].values()
    for folder in ("overlays", "thumbnails"):
        file = results / folder / Path(name).name
        assert file.is_file()
        file.unlink()
        file.symlink_to(secret)
    names = ",".join(REPORTS.names())
    assert run(["report", str(results), "--report", names]) == 0
    page = (results / "report.html").read_text(encoding="utf-8")
    index = (results / "index.html").read_text(encoding="utf-8")
    assert not re.findall(r"data:image/jpeg;base64,", page)
    assert base64.b64encode(secret.read_bytes())[:60].decode() not in page
    assert "secret" not in page + index
    assert not any(secret.read_bytes() in f.read_bytes() for f in results.glob("*.*"))


def test_what_lies_inside_is_shown(results: Path) -> None:
    assert run(["report", str(results)]) == 0
    page = (results / "report.html").read_text(encoding="utf-8")
    assert "data:image/jpeg;base64," in page
