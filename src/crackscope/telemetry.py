"""Nothing is sent: what dependencies report by default is switched off before they are imported."""

import os
import sys

_VARIABLES = {
    "ORT_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "RAY_USAGE_STATS_ENABLED": "0",
}
_QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3"}
"""What TensorFlow and CUDA say of processors and drivers on their import is of no use here; who
wants to read it sets the variable."""
_OPENVINO = "openvino_telemetry"


def switch_off() -> None:
    """Switch telemetry off, also where a dependency was imported before us."""
    for name, value in _VARIABLES.items():
        os.environ[name] = value
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    onnxruntime = sys.modules.get("onnxruntime")
    if onnxruntime is not None and hasattr(onnxruntime, "disable_telemetry_events"):
        onnxruntime.disable_telemetry_events()
    _keep_openvino_quiet()


def _keep_openvino_quiet() -> None:
    """OpenVINO reports on its import, and no variable stops it: it must not find what it reports
    with, and where it has, that must not send."""
    sender = sys.modules.get(f"{_OPENVINO}.utils.sender")
    if sender is None:
        sys.modules[_OPENVINO] = None  # type: ignore[assignment]  # imports of it fail from now on
    else:
        sender.TelemetrySender.send = _nothing


def _nothing(*_: object) -> None:
    """In place of sending."""
