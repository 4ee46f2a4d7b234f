"""JSON from files that somebody else may have written: everything wrong with it is a ValueError."""

import json
import math
from typing import Any


def loads(content: bytes | str) -> Any:
    """The value of a JSON document in UTF-8.

    Raises ValueError for what Python's own reader lets through or ends otherwise with: NaN and
    Infinity, numbers beyond what a float holds, bytes that are not UTF-8, and nesting too deep.
    """
    text = content.decode("utf-8") if isinstance(content, bytes) else content
    try:
        return json.loads(text, parse_constant=_refuse, parse_float=_finite)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def document(content: bytes | str) -> dict[str, Any]:
    """The same, of a document that is an object; raises ValueError for any other."""
    value = loads(content)
    if not isinstance(value, dict):
        raise ValueError(f"it must be a JSON object. Received: a {type(value).__name__}")
    return value


def _finite(text: str) -> float:
    value = float(text)
    return value if math.isfinite(value) else _refuse(text)


def _refuse(text: str) -> Any:
    raise ValueError(f"numbers must be finite. Received: {text}")
