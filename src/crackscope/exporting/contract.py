"""The export format contract, and the registry of formats."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crackscope.graphs.session import Batch
from crackscope.registry import Registry

Scores = NDArray[np.float64]


@dataclass(frozen=True)
class Format:
    """One format: its file name, how to write it, how to score with it, and notes for its users.

    `write(model, path)` takes the Keras classifier; `score(path, batch)` takes uint8
    (N, H, W, 3) RGB and returns probabilities (N,), using the written file only.
    """

    file_name: str
    write: Callable[[Any, Path], None]
    score: Callable[[Path, Batch], Scores]
    notes: str = ""


FORMATS: Registry[Format] = Registry("export format")
