"""Streams that are closed, missing, or that nobody reads to the end."""

import io
import logging
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from crackscope import terminal
from crackscope.cli.main import run
from crackscope.commands import Outcome
from crackscope.commands.info import run as command
from crackscope.errors import UsageError
from crackscope.inspection.sources import listed
from support_pictures import grey_photo

posix = pytest.mark.skipif(os.name == "nt", reason="closes streams as a shell does")
COMMAND = [sys.executable, "-m", "crackscope"]


def shell(line: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run the command `"$0" …` with the redirections of `line`."""
    words = ["bash", "-c", f'"$0" -m crackscope {line}', sys.executable, *map(str, arguments)]
    return subprocess.run(words, capture_output=True, text=True, check=False)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    for name in "ab":
        grey_photo(tmp_path / "site" / f"{name}.png", 90)
    return tmp_path / "site"


@posix
@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_closed_stream_does_not_keep_from_the_results(
    closed: str, site: Path, tiny_bundle: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    done = shell(f'inspect "$1" --model "$2" --out "$3" {closed}', site, tiny_bundle, out)
    assert done.returncode == 0, done.stderr
    assert (out / "report.html").is_file()
    lines = (out / "results.jsonl").read_text().splitlines()
    assert [line[0] + line[-1] for line in lines] == ["{}", "{}"], "a library wrote into the file"


@posix
@pytest.mark.parametrize("closed", ["2>&-", ">&- 2>&-"])
def test_wrong_use_is_still_2_where_nobody_is_told(closed: str) -> None:
    assert shell(f"inspect {closed}").returncode == 2


@posix
def test_a_list_on_a_closed_input_is_said_in_words(tmp_path: Path) -> None:
    done = shell('inspect - --out "$1" <&-', tmp_path / "out")
    assert done.returncode == 2
    assert "standard input, which is closed" in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_list_may_come_from_a_stream_of_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("a ü.jpg\nb.jpg\n"))
    assert listed.parse(listed.read()) == ["a ü.jpg", "b.jpg"]


def test_an_input_that_was_closed_is_said_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    closed = io.TextIOWrapper(io.BytesIO())
    closed.close()
    for stream in (None, closed):
        monkeypatch.setattr(sys, "stdin", stream)
        with pytest.raises(UsageError, match="closed"):
            listed.read()


@pytest.mark.parametrize("gone", ["None", "closed"])
def test_python_without_streams(gone: str, site: Path, tiny_bundle: Path, tmp_path: Path) -> None:
    """As under pythonw, and in a program that closed them."""
    code = (
        "import os, sys\n"
        "if sys.argv[4] == 'closed': sys.stdout.close(); sys.stderr.close()\n"
        "else: sys.stdin = sys.stdout = sys.stderr = None\n"
        "import crackscope\n"
        "done = crackscope.inspect(sys.argv[1], model=sys.argv[2], out=sys.argv[3])\n"
        "open(sys.argv[3] + '/count', 'w').write(str(len(done.data)))\n"
    )
    arguments = [site, tiny_bundle, tmp_path / "out", gone]
    command = [sys.executable, "-c", code, *map(str, arguments)]
    subprocess.run(command, capture_output=True, check=False)
    assert (tmp_path / "out" / "count").read_text() == "2"


@pytest.mark.parametrize("stream", [None, SimpleNamespace(isatty=lambda: True), io.StringIO()])
def test_a_bar_is_for_terminals_alone(stream: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", stream)
    assert terminal.is_terminal(sys.stderr) == isinstance(stream, SimpleNamespace)
    if isinstance(stream, io.StringIO):
        stream.close()
    if not isinstance(stream, SimpleNamespace):
        with terminal.progress_bar("inspect", 10) as advance:
            advance(1)


def test_streams_without_a_number_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    notebook = io.StringIO()
    monkeypatch.setattr(sys, "stdout", notebook)
    terminal.repair()
    assert sys.stdout is notebook


def test_a_stream_whose_number_is_closed_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    stream = os.fdopen(writing, "w")
    os.close(writing)
    os.close(reading)
    monkeypatch.setattr(sys, "stdout", stream)
    terminal.repair()
    assert sys.stdout is not stream
    sys.stdout.close()
    with pytest.raises(OSError, match="Bad file descriptor"):
        stream.close()


def leaves_early(*arguments: str) -> tuple[int, bytes]:
    """The exit code, and what is said, where the reader of stdout has left before."""
    with subprocess.Popen(
        [*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.close()
        _, said = process.communicate()
        return process.returncode, said


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["inspect", "--help"], ["data", "audit", "--help"], ["--version"], []],
    ids=" ".join,
)
def test_a_reader_that_leaves_early_is_no_error(arguments: list[str]) -> None:
    assert leaves_early(*arguments) == (0, b"")


@pytest.mark.parametrize("form", [[], ["--json"]], ids=["text", "json"])
def test_a_reader_of_results_that_leaves_early_is_no_error(
    form: list[str], site: Path, tiny_bundle: Path, tmp_path: Path
) -> None:
    command = ["inspect", str(site), "--model", str(tiny_bundle), "--out", str(tmp_path / "out")]
    assert leaves_early(*command, *form)[0] == 0
    assert leaves_early("info", str(tiny_bundle), *form) == (0, b"")


def test_a_gate_counts_also_where_nobody_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "run", lambda _: Outcome("text", gate="unmet"))
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        assert run(["info"]) == 4


def test_a_pipe_that_breaks_elsewhere_is_not_passed_over(
    monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    def broken(_: object) -> Outcome:
        raise BrokenPipeError(32, "Broken pipe")

    monkeypatch.setattr(command, "run", broken)
    assert run(["info"]) == 1
    assert "Broken pipe" in capsys.readouterr().err


def test_what_libraries_do_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Such as botocore's "Found credentials in environment variables"."""
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    monkeypatch.setattr(logging.getLogger(), "level", logging.WARNING)
    monkeypatch.setattr(command, "run", lambda _: Outcome("text"))
    assert run(["info"]) == 0
    assert not logging.getLogger("botocore.credentials").isEnabledFor(logging.INFO)
    assert logging.getLogger("crackscope").isEnabledFor(logging.INFO)


@pytest.mark.parametrize("arguments", [["--help"], ["inspect", "--help"], ["data", "--help"]])
def test_help_is_the_same_without_docstrings(arguments: list[str]) -> None:
    shown = [
        subprocess.run(
            [sys.executable, *optimise, "-m", "crackscope", *arguments],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for optimise in ([], ["-OO"])
    ]
    assert shown[0] == shown[1]
