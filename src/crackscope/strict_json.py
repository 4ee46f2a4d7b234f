"""JSON from untrusted files: every defect raises ValueError."""

import json
import math
from typing import Any


def loads(content: bytes | str) -> Any:
    """The value of a JSON document in UTF-8.

    Raises ValueError also for input that Python's own reader accepts or fails on differently: NaN
    and Infinity, numbers beyond the range of a float, invalid UTF-8, and too deep nesting.
    """
    text = content.decode("utf-8") if isinstance(content, bytes) else content
    try:
        return json.loads(text, parse_constant=_refuse, parse_float=_finite)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def document(content: bytes | str) -> dict[str, Any]:
    """Like `loads`, for a JSON object; raises ValueError for any other value."""
    value = loads(content)
    if not isinstance(value, dict):
        raise ValueError(f"it must be a JSON object. Received: a {type(value).__name__}")
    return value


def _finite(text: str) -> float:
    value = float(text)
    return value if math.isfinite(value) else _refuse(text)


def _refuse(text: str) -> Any:
    raise ValueError(f"numbers must be finite. Received: {text}")
