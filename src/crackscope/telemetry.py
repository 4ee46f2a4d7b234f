"""Disables the telemetry of dependencies before they are imported: nothing is sent."""

import os
import sys

_VARIABLES = {
    "ORT_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "RAY_USAGE_STATS_ENABLED": "0",
}
_QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3"}
"""Silences what TensorFlow and CUDA log on import; a value set by the user is kept."""
_OPENVINO = "openvino_telemetry"


def switch_off() -> None:
    """Switch telemetry off, also for dependencies that are already imported."""
    for name, value in _VARIABLES.items():
        os.environ[name] = value
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    onnxruntime = sys.modules.get("onnxruntime")
    if onnxruntime is not None and hasattr(onnxruntime, "disable_telemetry_events"):
        onnxruntime.disable_telemetry_events()
    _keep_openvino_quiet()


def _keep_openvino_quiet() -> None:
    """Disable OpenVINO's telemetry, which no environment variable controls.

    Hide its telemetry package from its import; if that is already imported, replace its sender.
    """
    sender = sys.modules.get(f"{_OPENVINO}.utils.sender")
    if sender is None:
        sys.modules[_OPENVINO] = None  # type: ignore[assignment]  # imports of it fail from now on
    else:
        sender.TelemetrySender.send = _nothing


def _nothing(*_: object) -> None:
    """Replaces the method that sends."""
