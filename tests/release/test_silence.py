"""Nothing is sent: train and inspect run with the network cut, and nobody asks for it.

Two traces are looked for. Python's audit events show every connection and look-up that Python code
tries; each is refused and written down. ONNX Runtime sends from native code, which such events do
not show, but where its telemetry is on it keeps an `onnxruntime.db` in the user's cache. OpenVINO
sends from Python, in a process of its own, and first keeps a number for the user in `intel`.
"""

import os
import subprocess
import sys
from types import SimpleNamespace

import pytest

from crackscope import telemetry
from support_pictures import grey_photo

GUARD = """
import os, sys

REFUSED = {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr",
           "socket.sendto", "socket.sendmsg", "urllib.Request", "http.client.connect"}

def guard(event, arguments):
    if event in REFUSED:
        with open(os.environ["TRIED"], "a") as file:
            print(event, arguments, file=file)
        raise OSError("the network is cut")

sys.addaudithook(guard)
"""
VARIABLES = {
    "ORT_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "RAY_USAGE_STATS_ENABLED": "0",
}
RUN = "from crackscope.cli.main import run\nsys.exit(run(sys.argv[1:]))"
IMPORTED_BEFORE = """
import onnxruntime
really = onnxruntime.disable_telemetry_events

def disable():
    really()
    print("telemetry of onnxruntime is off", file=sys.stderr)

onnxruntime.disable_telemetry_events = disable
"""


@pytest.fixture
def cut_off(tmp_path):
    """Run crackscope in a process without network and with a home of its own."""
    home, tried = tmp_path / "home", tmp_path / "tried.txt"
    home.mkdir()
    places = ("HOME", "USERPROFILE", "XDG_CACHE_HOME", "LOCALAPPDATA", "APPDATA", "TMPDIR")
    quiet = {*VARIABLES, *places, "CI", "TF_BUILD", "JENKINS_URL"}  # where OpenVINO sends nothing
    inherited = {name: value for name, value in os.environ.items() if name not in quiet}

    def run(*arguments, before="", **variables):
        environment = {**inherited, **dict.fromkeys(places, str(home)), **variables}
        process = subprocess.run(
            [sys.executable, "-c", GUARD + before + RUN, *map(str, arguments)],
            env={**environment, "TRIED": str(tried)},
            cwd=tmp_path,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert process.returncode == 0, process.stderr
        assert not tried.exists(), tried.read_text()
        assert list(home.rglob("onnxruntime.db")) == []
        assert list(home.rglob("[iI]ntel*")) == []
        return process

    return run


def test_inspect_sends_nothing(cut_off, tiny_bundle, tmp_path):
    grey_photo(tmp_path / "photos" / "wall.png", 90)
    cut_off("inspect", "photos", "--model", tiny_bundle, "--out", "seen")


def test_inspect_switches_off_what_was_imported_before(cut_off, tiny_bundle, tmp_path):
    grey_photo(tmp_path / "photos" / "wall.png", 90)
    command = ("inspect", "photos", "--model", tiny_bundle, "--out", "seen")
    # The variable keeps the test itself from sending what onnxruntime reports on its import.
    process = cut_off(*command, before=IMPORTED_BEFORE, ORT_DISABLE_TELEMETRY="1")
    assert "telemetry of onnxruntime is off" in process.stderr


def test_inspect_in_openvino_sends_nothing(cut_off, tiny_bundle, tmp_path):
    pytest.importorskip("openvino", reason="needs the extra [openvino]")
    grey_photo(tmp_path / "photos" / "wall.png", 90)
    command = ("inspect", "photos", "--model", tiny_bundle, "--out", "seen")
    cut_off(*command, "--runtime", "openvino")


@pytest.mark.train
@pytest.mark.parametrize("before", ["", IMPORTED_BEFORE], ids=["fresh", "imported before"])
def test_train_sends_nothing(cut_off, labelled_folder, before):
    quiet = {"ORT_DISABLE_TELEMETRY": "1"} if before else {}
    network = ("--backbone", "small-cnn", "--weights", "none", "--image-size", 32, "--epochs", 1)
    process = cut_off("train", labelled_folder, *network, "--out", "run", before=before, **quiet)
    assert ("telemetry of onnxruntime is off" in process.stderr) == bool(before)


def test_importing_crackscope_is_enough(cut_off, tiny_bundle):
    code = "import crackscope, onnxruntime, os\nassert os.environ['ORT_DISABLE_TELEMETRY'] == '1'\n"
    cut_off("info", tiny_bundle, before=code)


def test_importing_crackscope_keeps_openvino_from_what_it_reports_with(cut_off, tiny_bundle):
    pytest.importorskip("openvino", reason="needs the extra [openvino]")
    code = "import crackscope, openvino\nfrom openvino.tools.ovc import telemetry_utils\n"
    cut_off("info", tiny_bundle, before=f"{code}assert 'stub' in telemetry_utils.tm.__name__\n")


def test_the_guard_notices(tmp_path):
    code = GUARD + "import socket\nsocket.getaddrinfo('example.org', 80)"
    environment = {**os.environ, "TRIED": str(tmp_path / "tried.txt")}
    process = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, check=False
    )
    assert process.returncode != 0
    assert "socket.getaddrinfo" in (tmp_path / "tried.txt").read_text()


def test_every_variable_is_set_and_a_loaded_runtime_told(monkeypatch):
    told = []
    stub = SimpleNamespace(disable_telemetry_events=lambda: told.append(True))
    monkeypatch.setitem(sys.modules, "onnxruntime", stub)
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    telemetry.switch_off()
    assert told == [True]
    assert {name: os.environ[name] for name in VARIABLES} == VARIABLES


def test_openvino_that_was_imported_before_can_send_no_more(monkeypatch):
    sent = []

    class Sender:
        def send(self, backend, message):
            sent.append(message)

    stub = SimpleNamespace(TelemetrySender=Sender)
    monkeypatch.setitem(sys.modules, "openvino_telemetry", SimpleNamespace())
    monkeypatch.setitem(sys.modules, "openvino_telemetry.utils.sender", stub)
    sender = Sender()
    telemetry.switch_off()
    sender.send("backend", "message")
    assert sent == []
