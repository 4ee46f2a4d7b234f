import errno
import os
import subprocess
import sys
from contextlib import nullcontext

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
        pytest.raises(OutputTakenError, match="must not be a file"),
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


@pytest.fixture(params=["ENOLCK", "EOPNOTSUPP", "ENOTSUP", "ENOSYS"])
def no_locks(request, monkeypatch):
    """A file system that knows no locks, as some of NFS, SMB and FUSE."""
    fcntl = pytest.importorskip("fcntl")
    number = getattr(errno, request.param)

    def refuse(*_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", refuse)


@pytest.mark.usefixtures("no_locks")
def test_without_locks_a_folder_is_marked_and_resumed(tmp_path, caplog):
    with run_dir.open_run(tmp_path / "run", IDENTITY, exist_ok=False) as run:
        assert not run.resumed
        if caplog.messages:  # where the library marks by itself, nothing is said
            assert "does not support locks" in caplog.text
        with (
            pytest.raises(OutputTakenError, match="another crackscope process"),
            run_dir.open_run(tmp_path / "run", IDENTITY, exist_ok=True),
        ):
            pass
    with run_dir.open_run(tmp_path / "run", IDENTITY, exist_ok=False) as run:
        assert run.resumed
        run.finish()
    assert not (tmp_path / "run" / ".in-use").exists()


def test_a_marker_that_was_left_behind_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(run_dir, "FileLock", _NoLocks)
    (tmp_path / ".in-use").write_text("1\nanother-machine\n")
    with (
        pytest.raises(OutputTakenError, match=r"delete .*\.in-use"),
        run_dir.open_run(tmp_path, IDENTITY, exist_ok=False),
    ):
        pass


class _NoLocks:
    def __init__(self, _):
        raise OSError(errno.ENOLCK, "No locks available")


def test_another_fault_of_the_system_is_not_passed_over(tmp_path, monkeypatch):
    fcntl = pytest.importorskip("fcntl")

    def broken(*_):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(fcntl, "flock", broken)
    with (
        pytest.raises(OSError, match="Input/output"),
        run_dir.open_run(tmp_path, IDENTITY, exist_ok=False),
    ):
        pass


@pytest.mark.parametrize(("number", "refused"), [(errno.EINVAL, False), (errno.EIO, True)])
def test_a_file_system_that_cannot_flush_still_takes_files(tmp_path, monkeypatch, number, refused):
    def flush(_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", flush)
    with pytest.raises(OSError, match="Input") if refused else nullcontext():
        run_dir.write_atomically(tmp_path / "a.txt", "text")
    assert (tmp_path / "a.txt").exists() != refused
