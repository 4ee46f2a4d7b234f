"""Files of Keras from elsewhere, looked through before Keras opens them: .keras and .h5.

A .keras file is a zip of three files; their sizes are bounded before they are unpacked. HDF5 can
point to other files of the disk and promise arrays of any size: both are refused.
"""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

from crackscope import extras, strict_json
from crackscope.models import keras_config

CONFIG, WEIGHTS = "config.json", "model.weights.h5"
_NAMES = frozenset({"metadata.json", CONFIG, WEIGHTS})
LARGEST = 2**31
"""Bytes that the weights of a network may take."""
_LARGEST_CONFIG = 2**25


def check(path: Path) -> None:
    """Raise ValueError for a .keras file that is none, or that could do harm when it is opened."""
    try:
        with zipfile.ZipFile(path) as archive:
            sizes = {entry.filename: entry.file_size for entry in archive.infolist()}
            _check_entries(sizes, len(archive.infolist()))
            config = strict_json.document(archive.read(CONFIG))
            keras_config.check({**config, "compile_config": None})  # which is never built
            check_weights(io.BytesIO(archive.read(WEIGHTS)))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise ValueError(f"it is not a whole .keras file: {error}") from error


def _check_entries(sizes: dict[str, int], count: int) -> None:
    if set(sizes) != _NAMES or count != len(_NAMES):
        raise ValueError(
            f"a .keras file must hold {', '.join(sorted(_NAMES))}. Received: "
            f"{', '.join(sorted(sizes))!r:.200}"
        )
    if (
        sizes[WEIGHTS] > LARGEST
        or max(sizes[name] for name in _NAMES - {WEIGHTS}) > _LARGEST_CONFIG
    ):
        raise ValueError(f"it unpacks to {sum(sizes.values()) / 1e6:.0f} MB")


def check_weights(file: Path | io.BytesIO) -> None:
    """Raise ValueError for an HDF5 file that is damaged, points to other files, or is too large."""
    h5py: Any = extras.require("h5py", "train", "read weights")
    total = 0

    def look(name: str, found: Any) -> None:
        nonlocal total
        if isinstance(found, h5py.Dataset):
            total += found.size * found.dtype.itemsize
            if found.external or found.is_virtual:
                raise ValueError(f"{name} takes its numbers from another file")

    def look_at_link(name: str, link: Any) -> None:
        if not isinstance(link, h5py.HardLink):
            raise ValueError(f"{name} is a link to something else")

    try:
        with h5py.File(file, "r") as opened:
            opened.visititems_links(look_at_link)
            opened.visititems(look)
    except (OSError, RuntimeError, KeyError, TypeError) as error:
        raise ValueError(f"it is not a whole HDF5 file: {error}") from error
    if total > LARGEST:
        raise ValueError(f"weights may take up to {LARGEST / 1e6:.0f} MB, not {total / 1e6:.0f}")


def repack(loose: Path, path: Path) -> None:
    """Write a .keras file anew: compressed, and described as older versions of Keras read it."""
    with (
        zipfile.ZipFile(loose) as parts,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed,
    ):
        for name in parts.namelist():
            content = parts.read(name)
            if name == CONFIG:
                content = json.dumps(keras_config.plain(json.loads(content))).encode()
            packed.writestr(name, content)
