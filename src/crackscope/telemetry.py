"""Nothing is sent: what dependencies report by default is switched off before they are imported."""

import os
import sys

_VARIABLES = {
    "ORT_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "RAY_USAGE_STATS_ENABLED": "0",
}


def switch_off() -> None:
    """Switch telemetry off, also where a dependency was imported before us."""
    for name, value in _VARIABLES.items():
        os.environ[name] = value
    onnxruntime = sys.modules.get("onnxruntime")
    if onnxruntime is not None and hasattr(onnxruntime, "disable_telemetry_events"):
        onnxruntime.disable_telemetry_events()
