"""Fixtures for all tests: no settings from outside, no network, drawn data."""

import os
import signal
import socket
from pathlib import Path
from typing import Any, NoReturn

import pytest
from hypothesis import settings

from support import drawn_photo, patch_folder

settings.register_profile(
    "any machine",
    deadline=None,  # a busy one is slow, and not wrong
    derandomize=bool(os.environ.get("CI")),  # what lands is judged by the same examples each time
)
settings.load_profile("any machine")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--photos FOLDER`: photos of your own, of which damaged copies are inspected too."""
    parser.addoption("--photos", type=Path, help="a folder of photos, for the test of damaged ones")


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("CRACKSCOPE_")]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="session", autouse=True)
def _interrupts_are_heard() -> None:
    """A suite that a script starts in the background ignores Ctrl-C, and so would its children."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever connects to another machine, or looks one up, fails the test."""

    def refuse(*arguments: Any, **settings: Any) -> NoReturn:
        raise AssertionError(f"the test reached for the network: {arguments[1:]}")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket.socket, "connect_ex", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.fixture(scope="session")
def metu_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """12 cracked and 12 sound patches of 64 px in METU's layout; read it, do not change it."""
    return patch_folder(tmp_path_factory.mktemp("metu"))


@pytest.fixture(scope="session")
def cracked_photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cracked wall of 480 x 360 px; read it, do not change it."""
    return drawn_photo(tmp_path_factory.mktemp("photos") / "cracked.jpg")
