import subprocess
import sys

import pytest

from crackscope import run_dir
from crackscope.errors import OutputTakenError

IDENTITY = {"settings": 1}


def test_an_unfinished_folder_is_resumed_and_a_finished_one_is_not(tmp_path):
    with run_dir.open_run(tmp_path / "run", IDENTITY, exist_ok=False) as run:
        assert not run.resumed
    with run_dir.open_run(tmp_path / "run", IDENTITY, exist_ok=False) as run:
        assert run.resumed
        run.finish()
    with (
        pytest.raises(OutputTakenError, match="finished"),
        run_dir.open_run(tmp_path / "run", IDENTITY, exist_ok=False),
    ):
        pass
    with run_dir.open_run(tmp_path / "run", IDENTITY, exist_ok=True) as run:
        assert not run.resumed


def test_a_folder_made_from_something_else_is_not_touched(tmp_path):
    with run_dir.open_run(tmp_path, IDENTITY, exist_ok=False):
        pass
    with (
        pytest.raises(OutputTakenError, match="other settings"),
        run_dir.open_run(tmp_path, {"settings": 2}, exist_ok=False),
    ):
        pass


def test_a_folder_with_files_of_others_is_refused(tmp_path):
    (tmp_path / "thesis.docx").write_text("precious")
    with (
        pytest.raises(OutputTakenError, match=r"thesis\.docx"),
        run_dir.open_run(tmp_path, IDENTITY, exist_ok=False),
    ):
        pass
    assert (tmp_path / "thesis.docx").read_text() == "precious"


def test_a_file_in_the_way_is_refused(tmp_path):
    (tmp_path / "run").write_text("")
    with (
        pytest.raises(OutputTakenError, match="is a file"),
        run_dir.open_run(tmp_path / "run", IDENTITY, exist_ok=True),
    ):
        pass


def test_two_processes_never_share_a_folder(tmp_path):
    program = (
        "import sys; from pathlib import Path; from crackscope import run_dir\n"
        "with run_dir.open_run(Path(sys.argv[1]), {}, True):\n"
        "    print('open', flush=True); sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"open\n"
        with (
            pytest.raises(OutputTakenError, match="another crackscope process"),
            run_dir.open_run(tmp_path, {}, exist_ok=True),
        ):
            pass
        other.kill()
    with run_dir.open_run(tmp_path, {}, exist_ok=False) as run:
        assert run.resumed, "the lock of a killed process is gone with it"


def test_atomic_writing_leaves_the_old_file_when_it_fails(tmp_path):
    target = tmp_path / "metrics.json"
    run_dir.write_json(target, {"a": 1})
    with pytest.raises(ValueError, match="Out of range float"):
        run_dir.write_json(target, {"a": float("nan")})
    assert '"a": 1' in target.read_text()
    assert [path.name for path in tmp_path.iterdir()] == ["metrics.json"]
