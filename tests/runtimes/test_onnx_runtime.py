import subprocess
import sys
from pathlib import Path

import pytest

from crackscope.errors import BundleError, UsageError
from crackscope.models import bundle
from crackscope.runtimes import RUNTIMES
from crackscope.runtimes.onnx import OnnxRuntime, _providers


def test_every_runtime_of_the_folder_is_registered() -> None:
    assert RUNTIMES.names() == ["keras", "onnx", "openvino"]
    assert RUNTIMES.get("onnx") is OnnxRuntime


def test_the_device_is_chosen_or_refused_with_the_way_out() -> None:
    both = ["CUDAExecutionProvider", "CPUExecutionProvider"]
    assert _providers(both, "auto") == both
    assert _providers(both, "gpu") == both[:1]
    assert _providers(both, "cpu") == both[1:]
    with pytest.raises(UsageError, match="onnxruntime-gpu"):
        _providers(["CPUExecutionProvider"], "gpu")


def test_a_file_that_is_no_network_is_named(tiny_bundle: Path, tmp_path: Path) -> None:
    for name in (bundle.JSON, bundle.CARD):
        (tmp_path / name).write_bytes((tiny_bundle / name).read_bytes())
    (tmp_path / bundle.ONNX).write_bytes(b"no network")
    bundle.seal(tmp_path)
    with pytest.raises(BundleError, match=r"model\.onnx cannot be run"):
        OnnxRuntime(bundle.load(tmp_path))


@pytest.mark.parametrize("imported_before", [True, False])
def test_telemetry_is_off_before_a_session_exists(tiny_bundle: Path, imported_before: bool) -> None:
    script = f"""
import os, sys
os.environ.pop("ORT_DISABLE_TELEMETRY", None)
calls = []
if {imported_before}:
    import onnxruntime
    onnxruntime.disable_telemetry_events = lambda: calls.append(1)
from crackscope.models import bundle
from crackscope.runtimes.onnx import OnnxRuntime
OnnxRuntime(bundle.load(sys.argv[1]))
assert os.environ["ORT_DISABLE_TELEMETRY"] == "1"
assert calls or not {imported_before}
"""
    subprocess.run([sys.executable, "-c", script, str(tiny_bundle)], check=True, timeout=60)
