"""The arrays of an .npz file that may come from elsewhere."""

from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np
from numpy.typing import NDArray

from crackscope.errors import BundleError

MOST_BYTES = 2**28
"""Unpacked; the fingerprints of a million patches have 110 MB."""


def load(path: Path) -> dict[str, NDArray[Any]]:
    """All arrays by name, without pickles; BundleError where they unpack to more than 268 MB."""
    with ZipFile(path) as archive:
        size = sum(entry.file_size for entry in archive.infolist())
    if size > MOST_BYTES:
        raise BundleError(
            f"{path} is not trusted: it unpacks to {size / 1e6:.0f} MB, and arrays of a model have "
            f"at most {MOST_BYTES / 1e6:.0f}. Get the model again from where it was made"
        )
    with np.load(path, allow_pickle=False) as content:
        return {key: content[key] for key in content.files}
