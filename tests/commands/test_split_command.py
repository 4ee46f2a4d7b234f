import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from crackscope.cli.main import run as command_line
from crackscope.commands.split.run import split
from crackscope.errors import OutputTakenError, UsageError

pytest.importorskip("scipy", reason="needs the extra [evaluate]")


def _draw(root: Path, broken: bool = False) -> Path:
    rng = np.random.default_rng(0)
    for index in range(120):
        path = root / ("crack" if index % 2 else "sound") / f"{index:03}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        blotches = Image.fromarray(rng.integers(0, 256, (6, 6), dtype=np.uint8))
        content = io.BytesIO()
        blotches.resize((48, 48), Image.Resampling.BICUBIC).save(content, "PNG")
        path.write_bytes(content.getvalue())
    if broken:
        (root / "crack" / "001.png").write_bytes(b"")
    return root


def test_writes_a_manifest_and_what_it_holds(tmp_path: Path) -> None:
    data = _draw(tmp_path / "data")
    outcome = split(data, out=tmp_path / "split", seed=3)
    assert outcome.exit_code == 0
    assert outcome.path == tmp_path / "split"
    with (tmp_path / "split" / "split.csv").open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert {row["split"] for row in rows} == {"train", "val", "test"}
    assert all((data / row["path"]).is_file() for row in rows)
    document = json.loads((tmp_path / "split" / "split.json").read_text())
    assert (document["name"], document["seed"], document["leaks"]) == ("grouped", 3, 0)
    assert document["counts"]["train"] == {"crack": 48, "sound": 48}
    assert split(data, out=tmp_path / "split", seed=3).data == outcome.data
    with pytest.raises(OutputTakenError):
        split(data, out=tmp_path / "split", seed=4)
    first = (tmp_path / "split" / "split.csv").read_bytes()
    split(data, out=tmp_path / "split", seed=3, exist_ok=True)
    assert (tmp_path / "split" / "split.csv").read_bytes() == first


def test_unknown_setting() -> None:
    with pytest.raises(UsageError, match="Did you mean 'seed'"):
        split("x", sead=1)


def test_command_line_ends_with_the_path_and_names_what_failed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    _draw(tmp_path / "data", broken=True)
    assert command_line(["data", "split", "data", "--split", "random"]) == 3
    lines = capsys.readouterr().out.splitlines()
    assert Path(lines[-1]) == Path("runs/split/data-random-0")
    assert any("crack/001.png" in line for line in lines)


def test_json_is_one_document(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _draw(tmp_path / "data")
    out = str(tmp_path / "o")
    assert command_line(["data", "split", str(tmp_path / "data"), "--out", out, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["path"] == out
