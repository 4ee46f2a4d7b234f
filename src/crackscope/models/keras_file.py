"""Check untrusted .keras and .h5 files before Keras opens them.

A .keras file is a zip of three files; their sizes are checked before unpacking. HDF5 can link to
other files on disk and declare arrays of any size: both are rejected.
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
"""Limit on the weights of a network, in bytes."""
_LARGEST_CONFIG = 2**25


def check(path: Path) -> None:
    """Raise ValueError for a .keras file that is invalid or unsafe to open."""
    try:
        with zipfile.ZipFile(path) as archive:
            sizes = {entry.filename: entry.file_size for entry in archive.infolist()}
            _check_entries(sizes, len(archive.infolist()))
            config = strict_json.document(archive.read(CONFIG))
            keras_config.check({**config, "compile_config": None})  # never built
            check_weights(io.BytesIO(archive.read(WEIGHTS)))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise ValueError(f"not a valid .keras file: {error}") from error


def _check_entries(sizes: dict[str, int], count: int) -> None:
    if set(sizes) != _NAMES or count != len(_NAMES):
        raise ValueError(
            f"a .keras file must contain {', '.join(sorted(_NAMES))}. Received: "
            f"{', '.join(sorted(sizes))!r:.200}"
        )
    if (
        sizes[WEIGHTS] > LARGEST
        or max(sizes[name] for name in _NAMES - {WEIGHTS}) > _LARGEST_CONFIG
    ):
        raise ValueError(
            f"a .keras file must have at most {LARGEST / 1e6:.0f} MB of weights and "
            f"{_LARGEST_CONFIG / 1e6:.0f} MB in each other entry. "
            f"Received: {sum(sizes.values()) / 1e6:.0f} MB in total"
        )


def check_weights(file: Path | io.BytesIO) -> None:
    """Raise ValueError for an HDF5 file that is damaged, points to other files, or is too large."""
    h5py: Any = extras.require("h5py", "train", "read weights")
    total = 0

    def look(name: str, found: Any) -> None:
        nonlocal total
        if isinstance(found, h5py.Dataset):
            total += found.size * found.dtype.itemsize
            if found.external or found.is_virtual:
                raise ValueError(f"{name} is stored in another file")

    def look_at_link(name: str, link: Any) -> None:
        if not isinstance(link, h5py.HardLink):
            raise ValueError(f"{name} is a soft or external link")

    try:
        with h5py.File(file, "r") as opened:
            opened.visititems_links(look_at_link)
            opened.visititems(look)
    except (OSError, RuntimeError, KeyError, TypeError) as error:
        raise ValueError(f"not a valid HDF5 file: {error}") from error
    if total > LARGEST:
        raise ValueError(
            f"weights must be at most {LARGEST / 1e6:.0f} MB. Received: {total / 1e6:.0f} MB"
        )


def repack(loose: Path, path: Path) -> None:
    """Rewrite a .keras file: compressed, with a description that older versions of Keras read."""
    with (
        zipfile.ZipFile(loose) as parts,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed,
    ):
        for name in parts.namelist():
            content = parts.read(name)
            if name == CONFIG:
                content = json.dumps(keras_config.plain(json.loads(content))).encode()
            packed.writestr(name, content)
