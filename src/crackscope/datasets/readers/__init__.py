"""Readers of labelled data, one module per layout."""

import importlib
import logging
from pathlib import Path

from crackscope.datasets.manifest import Dataset
from crackscope.datasets.readers.reader import READERS
from crackscope.datasets.source import Folder, open_source
from crackscope.errors import DatasetError
from crackscope.skipped import in_words

__all__ = ["READERS", "open_dataset"]

_LOG = logging.getLogger("crackscope")
_INCLUDE = "To train on one of them, give its path, or list its files in a CSV"

# The order of `auto`: the most specific layouts first, class folders last.
for _module in ("table", "masks", "metu", "sdnet2018", "folders"):
    importlib.import_module(f"{__name__}.{_module}")


def open_dataset(root: Path, reader: str = "auto", crack_class: str | None = None) -> Dataset:
    """Read the list of patches (not their pixels) of a folder, a zip or a CSV manifest.

    `reader` is a name of READERS, or auto: the first that recognises the layout. Raises
    DatasetError if the data does not exist, no reader recognises it, or it contains no patch.
    """
    source = open_source(root)
    if reader == "auto":
        known = (name for name, candidate in READERS if candidate().recognises(source))
        reader = next(known, "folders")
    layout = READERS.get(reader)()
    if isinstance(source, Folder) and not root.is_dir() and not layout.recognises(source):
        raise DatasetError(
            "labelled data must be a folder, a zip, or a CSV with the columns path and label. "
            f"Received: the file {root}"
        )
    if source.skipped:
        _LOG.warning("%s", in_words(source.skipped, _INCLUDE))
    patches = tuple(layout.read(source, crack_class))
    if not patches:
        raise DatasetError(
            f"no labelled patches in {root}, read with --reader {reader}. "
            "Check the path and the layout"
        )
    return Dataset(layout.name or source.name, layout.licence, patches, source)
