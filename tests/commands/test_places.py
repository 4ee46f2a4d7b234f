"""Where results go: the next free name, a finished folder, a start that failed."""

import importlib
import json
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import crackscope
from crackscope import arguments, run_dir
from crackscope.cli.commands import COMMANDS, DATA_COMMANDS, module_of
from crackscope.cli.main import run
from crackscope.errors import FinishedError, UsageError
from support_pictures import grey_photo

KINDS = {**COMMANDS, **DATA_COMMANDS}
PLACED = {
    name: kind
    for name, kind in KINDS.items()
    if {"out", "name"} <= {field.name for field in fields(kind)}
}
IDENTITY = {"settings": 1}


@pytest.fixture
def photo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return grey_photo(tmp_path / "wall" / "a.png", 0)


def test_the_same_command_again_takes_the_next_name(tiny_bundle: Path, photo: Path) -> None:
    outcomes = [crackscope.inspect(photo.parent, model=tiny_bundle) for _ in range(3)]
    base = Path("runs/inspect")
    paths = [base / "wall", base / "wall-2", base / "wall-3"]
    assert [outcome.path for outcome in outcomes] == paths
    kept = [(path / "results.jsonl").read_bytes() for path in paths]
    other = crackscope.inspect(photo.parent, model=tiny_bundle, threshold=0.3)
    assert other.path == base / "wall-4", "nor is one of other settings overwritten"
    assert [(path / "results.jsonl").read_bytes() for path in paths] == kept
    named = [crackscope.inspect(photo, model=tiny_bundle, name="x").path for _ in range(2)]
    assert named == [base / "x", base / "x-2"]


def test_the_command_line_prints_the_folder_it_took(
    tiny_bundle: Path, photo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for wanted in ("wall", "wall-2"):
        assert run(["inspect", str(photo.parent), "--model", str(tiny_bundle)]) == 0
        assert Path(capsys.readouterr().out.splitlines()[-1]) == Path("runs/inspect") / wanted


def test_exist_ok_writes_the_first_one_anew(tiny_bundle: Path, photo: Path) -> None:
    for _ in range(2):
        outcome = crackscope.inspect(photo.parent, model=tiny_bundle, exist_ok=True)
        assert outcome.path == Path("runs/inspect/wall")


class Settings:
    out: Path | None = None
    name: str | None = None
    exist_ok = False


def opened(identity: dict[str, int], finish: bool = False) -> tuple[str, bool]:
    with run_dir.open_output("c", Settings(), "x", identity) as output:
        (output.path / "results.txt").write_text("x")
        if finish:
            output.finish()
    return output.path.name, output.resumed


def test_an_unfinished_run_goes_on_wherever_it_lies(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert opened(IDENTITY, finish=True) == ("x", False)
    assert opened({"settings": 2}) == ("x-2", False)
    assert opened(IDENTITY) == ("x-3", False)
    assert opened({"settings": 2}) == ("x-2", True)
    assert opened(IDENTITY, finish=True) == ("x-3", True)
    assert opened(IDENTITY) == ("x-4", False)


def test_files_of_others_and_other_processes_are_left_alone(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "runs/c/x").mkdir(parents=True)
    (tmp_path / "runs/c/x/thesis.docx").write_text("precious")
    (tmp_path / "runs/c/x-2").write_text("a file")
    with run_dir.open_output("c", Settings(), "x", IDENTITY) as first:
        program = (
            "from types import SimpleNamespace; from crackscope import run_dir\n"
            "settings = SimpleNamespace(out=None, name=None, exist_ok=False)\n"
            "with run_dir.open_output('c', settings, 'x', {'settings': 1}) as output:\n"
            "    print(output.path.name, output.resumed)"
        )
        done = subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True,
            encoding="utf-8",
            check=True,
        )
    assert first.path.name == "x-3"
    assert done.stdout.split() == ["x-4", "False"]
    assert (tmp_path / "runs/c/x/thesis.docx").read_text() == "precious"


def test_a_finished_folder_gives_what_was_kept(tmp_path: Path) -> None:
    with run_dir.open_run(tmp_path / "run", IDENTITY, exist_ok=False) as output:
        output.finish({"text": "all well"})
    with (
        pytest.raises(FinishedError, match="is finished") as caught,
        run_dir.open_run(tmp_path / "run", IDENTITY, exist_ok=False),
    ):
        pass
    assert (caught.value.path, caught.value.outcome) == (tmp_path / "run", {"text": "all well"})


@pytest.mark.parametrize("error", [UsageError("no"), ValueError("no"), KeyboardInterrupt()])
def test_a_start_that_fails_leaves_no_folder(tmp_path: Path, error: BaseException) -> None:
    path = tmp_path / "new" / "deep" / "run"

    def start() -> None:
        with run_dir.open_run(path, IDENTITY, exist_ok=False):
            run_dir.write_json(path / "settings.json", {})
            (path / "results.jsonl").touch()
            (path / "state").mkdir()
            raise error

    with pytest.raises(type(error)):
        start()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("left", ["results.jsonl", "state/weights.h5"])
def test_what_has_a_result_is_kept_for_the_next_time(tmp_path: Path, left: str) -> None:
    path = tmp_path / "run"

    def start() -> None:
        with run_dir.open_run(path, IDENTITY, exist_ok=False):
            (path / left).parent.mkdir(exist_ok=True)
            (path / left).write_text("a result")
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        start()
    with run_dir.open_run(path, IDENTITY, exist_ok=False) as output:
        assert output.resumed
    assert (path / left).read_text() == "a result"


def test_a_folder_that_was_there_stays(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / ".gitkeep").touch()
    for name in ("empty", "full"):
        with pytest.raises(UsageError), run_dir.open_run(tmp_path / name, IDENTITY, exist_ok=True):
            raise UsageError("no")
    assert list((tmp_path / "empty").iterdir()) == []
    assert (tmp_path / "full" / ".gitkeep").exists()


@pytest.mark.parametrize("arguments", [["--masks"], ["--report", "pdff"], ["--engine", "rey"]])
def test_an_inspection_that_cannot_start_leaves_nothing(
    tiny_bundle: Path, photo: Path, arguments: list[str]
) -> None:
    assert run(["inspect", str(photo), "--model", str(tiny_bundle), *arguments]) == 2
    assert not Path("runs").exists()


def test_a_split_that_leaks_leaves_nothing(photo: Path) -> None:
    for subset in ("train", "val", "test"):
        for label in ("crack", "sound"):
            grey_photo(photo.parents[1] / "data" / subset / label / "a.png", 9 * len(label))
    assert run(["data", "split", "data", "--split", "given"]) == 4
    assert not Path("runs").exists()


@pytest.mark.parametrize("name", PLACED)
def test_out_and_name_are_not_both_taken(name: str) -> None:
    first = [field.name for field in fields(PLACED[name]) if not field.kw_only]
    given = {key: ("x",) if key == "photos" else "x" for key in first if key != "more"}
    with pytest.raises(UsageError, match=r"give one of them\. Received: --out o --name n"):
        arguments.make(PLACED[name], **given, out="o", name="n")


def test_every_command_says_again_what_it_said(tmp_path: Path, capsys) -> None:
    for index in range(40):
        rng = np.random.default_rng(index)
        label = ("crack", "sound")[index % 2]
        path = tmp_path / "data" / label / f"{index}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rng.integers(0, 256, (48, 48), dtype=np.uint8)).save(path)
    for command in (["data", "audit"], ["data", "split"]):
        arguments = [*command, str(tmp_path / "data"), "--out", str(tmp_path / command[1])]
        documents = []
        for _ in range(2):
            assert run([*arguments, "--json"]) == 0
            documents.append(json.loads(capsys.readouterr().out))
        assert documents[0] == documents[1]


def test_every_command_that_marks_a_folder_as_finished_can_be_given_again() -> None:
    others = ("report.run", "evaluate.cross", "evaluate.robustness")
    for name in (*(f"{name}.run" for name in PLACED), *others):
        if name not in ("validate.run", "scale.run", "inspect.run"):  # never finished, or by photo
            function = importlib.import_module(f"crackscope.commands.{module_of(name)}").run
            assert hasattr(function, "__wrapped__"), name
