"""docs/measuring.md: its commands and code run, and give the figures that it shows."""

import json
import re
import shlex
import shutil
from pathlib import Path

import pytest

from crackscope.cli.main import run
from crackscope.measurement import standards
from support_docs import ROOT, crackscope_commands, python_blocks

PAGE = (ROOT / "docs" / "measuring.md").read_text(encoding="utf-8")
TRUE_MM, TRUE_LENGTH_MM = 0.602, 132.0


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for extra in ("cv2", "reportlab"):
        pytest.importorskip(extra, reason="needs the extras [measure] and [pdf]")
    shutil.copyfile(
        ROOT / "docs" / "pictures" / "wall_with_marker.jpg", tmp_path / "wall_with_marker.jpg"
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_its_commands_and_code_run_and_give_its_figures(folder: Path) -> None:
    commands = crackscope_commands(PAGE)
    assert len(commands) == 6
    for command in commands:
        assert run(shlex.split(command)) == 0, command
    (line,) = map(json.loads, (folder / "measured/results.jsonl").read_text().splitlines())
    (crack,) = line["cracks"]
    width = crack["width_mm"]
    assert abs(width["median"] - TRUE_MM) <= width["median_u95"]
    assert abs(crack["length_mm"] - TRUE_LENGTH_MM) <= crack["length_u95_mm"]
    figures = {**width, **{name: crack[name] for name in ("length_mm", "length_u95_mm")}}
    for name, value in figures.items():
        shown = re.search(rf'"{name}": ([\d.]+)', PAGE)
        assert shown is not None, name
        assert float(shown[1]) == pytest.approx(value, abs=0.06 if "length" in name else 0.006)
    (line,) = map(json.loads, (folder / "classes/results.jsonl").read_text().splitlines())
    assert line["cracks"][0]["standard_class"] == "CS2"
    names: dict[str, object] = {}
    for block in python_blocks(PAGE):
        exec(compile(block, "measuring.md", "exec"), names)


def test_it_lists_every_standard() -> None:
    assert [name for name in standards.names() if f"`{name}`" not in PAGE] == []
