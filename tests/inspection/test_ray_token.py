"""A cluster started for one command accepts no other client."""

import os
import subprocess
import sys

import pytest

from crackscope import environment
from crackscope.inspection.engines import ray as engine

OURS = """
import os, subprocess, sys
from crackscope import telemetry
from crackscope.inspection.engines import ray as engine
telemetry.switch_off()
engine._ask_for_a_token()
import ray
with engine._connected(ray):
    address = ray.get_runtime_context().gcs_address
    join = f"import ray; ray.init({address!r}); print('joined')"
    strangers = {k: v for k, v in os.environ.items() if not k.startswith("RAY_AUTH")}
    for found in (strangers, dict(os.environ)):
        ended = subprocess.run([sys.executable, "-c", join], env=found, capture_output=True)
        print("joined" if b"joined" in ended.stdout else "refused", flush=True)
"""


@pytest.fixture
def no_cluster(monkeypatch, tmp_path):
    for name in ("RAY_ADDRESS", "RAY_AUTH_MODE", "RAY_AUTH_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("RAY_TMPDIR", str(tmp_path))
    return tmp_path


def test_only_a_cluster_of_our_own_gets_a_token_of_ours(no_cluster, monkeypatch):
    monkeypatch.setenv("RAY_ADDRESS", "192.0.2.1:6379")
    engine._ask_for_a_token()
    assert engine._address() == "192.0.2.1:6379"
    assert "RAY_AUTH_MODE" not in os.environ
    monkeypatch.delenv("RAY_ADDRESS")
    (no_cluster / "ray").mkdir()
    (no_cluster / "ray" / "ray_current_cluster").write_text("192.0.2.1:6379")
    engine._ask_for_a_token()
    assert engine._address() == "auto"
    assert "RAY_AUTH_MODE" not in os.environ


def test_without_a_cluster_a_token_is_asked_for(no_cluster, monkeypatch):
    monkeypatch.setenv("RAY_AUTH_MODE", "")  # restored afterwards
    monkeypatch.setenv("RAY_AUTH_TOKEN", "")
    del os.environ["RAY_AUTH_MODE"], os.environ["RAY_AUTH_TOKEN"]
    engine._ask_for_a_token()
    assert os.environ["RAY_AUTH_MODE"] == "token"
    assert len(os.environ["RAY_AUTH_TOKEN"]) == 64


def test_whoever_has_no_token_cannot_join():
    pytest.importorskip("ray", reason="needs the extra [ray]")
    found = {k: v for k, v in os.environ.items() if not k.startswith("RAY_")}
    ended = subprocess.run(
        [sys.executable, "-c", OURS], env=found, capture_output=True, text=True, timeout=280
    )
    assert ended.stdout.splitlines() == ["refused", "joined"], ended.stderr[-2000:]


class Ray:
    """The environment of a process without a cluster; records the arguments of Ray."""

    def is_initialized(self):
        return False

    def init(self, address, **options):
        self.started = (address, options.get("num_cpus"))

    def shutdown(self):
        pass


def test_a_cluster_of_our_own_takes_the_cores_that_are_ours(no_cluster, monkeypatch):
    monkeypatch.setattr(environment, "cores", lambda: 3)
    ray = Ray()
    with engine._connected(ray):
        assert ray.started == ("local", 3)
    (no_cluster / "ray").mkdir()
    (no_cluster / "ray" / "ray_current_cluster").touch()
    with engine._connected(ray):
        assert ray.started == ("auto", None), "the cores of others are not ours to count"
