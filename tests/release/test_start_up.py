"""What a plain install feels like: quick, and free of what it does not need."""

import subprocess
import sys
import time

import pytest

HEAVY = {"numpy", "PIL", "onnxruntime", "keras", "tensorflow", "sklearn", "scipy", "matplotlib"}
TRAINING = {"keras", "tensorflow", "sklearn", "scipy", "matplotlib", "onnx", "tf2onnx"}
COMMANDS = {"inspect", "train", "evaluate", "validate", "export", "info", "data"}


def run(*arguments):
    process = subprocess.run(
        [sys.executable, *arguments], capture_output=True, encoding="utf-8", check=False
    )
    assert process.returncode == 0, process.stderr
    return process.stdout


def modules_after(code):
    shown = run("-c", f"{code}\nimport sys; print(*{{name.split('.')[0] for name in sys.modules}})")
    return set(shown.splitlines()[-1].split())


def test_importing_the_package_imports_nothing_heavy():
    assert not modules_after("import crackscope") & HEAVY


def test_help_imports_nothing_heavy():
    code = "from crackscope.cli.main import run\nrun(['--help'])"
    assert not modules_after(code) & HEAVY


def test_inspecting_needs_nothing_of_the_train_extra():
    code = "import crackscope.commands.inspect.run, crackscope.runtimes.onnx, onnxruntime"
    assert not modules_after(code) & TRAINING


def test_help_names_every_command_and_comes_at_once():
    started = time.monotonic()
    text = run("-m", "crackscope", "--help")
    assert time.monotonic() - started < 3  # 0.4 s on an idle machine; this one may be busy
    words = set(text.split())
    assert words >= COMMANDS


def test_help_of_data_names_audit_and_split():
    assert {"audit", "split"} <= set(run("-m", "crackscope", "data", "--help").split())


@pytest.mark.parametrize(
    "command",
    ["inspect", "train", "evaluate", "validate", "export", "info", "data audit", "data split"],
)
def test_every_command_explains_itself(command):
    assert "--json" in run("-m", "crackscope", *command.split(), "--help")
