"""Readers with a fault each: what a campaign has to notice."""

import os
import sys
import time
from pathlib import Path

from fuzz.outcome import SCORED, Read


def accepts_everything(path: Path, max_megapixels: float) -> Read:
    """Sees no damage; the pixels of a whole file are others than those of a damaged one."""
    return Read(SCORED, "", 1, 1, str(hash(path.read_bytes())))


def crashes(path: Path, max_megapixels: float) -> Read:
    """As a decoder that writes where it must not."""
    os.abort()


def hangs(path: Path, max_megapixels: float) -> Read:
    """Never ends."""
    time.sleep(600)
    raise AssertionError


def raises(path: Path, max_megapixels: float) -> Read:
    """Lets an error of a decoder through."""
    raise ZeroDivisionError("in a header")


def prints_a_trace(path: Path, max_megapixels: float) -> Read:
    """Loses an error in a thread or a destructor."""
    print("Exception ignored in: <function>", file=sys.stderr)
    return Read("unreadable", "damaged")


def takes_memory(path: Path, max_megapixels: float) -> Read:
    """Holds 300 MB, though for a moment only."""
    return Read("unreadable", str(len(b"\1" * 300_000_000)))


def runs_out_of_memory(path: Path, max_megapixels: float) -> Read:
    """Says so, as `inspect` does."""
    return Read("unreadable", "not enough memory to decode it")


def gives_no_kind(path: Path, max_megapixels: float) -> Read:
    """A word that no script knows."""
    return Read("broken", "damaged")


def gives_no_reason(path: Path, max_megapixels: float) -> Read:
    """Nothing for a person to read."""
    return Read("unreadable")


def names_an_address(path: Path, max_megapixels: float) -> Read:
    """Other words for the same file each time."""
    return Read("unreadable", "cannot identify <_io.BytesIO object at 0x7f00>")


def finds_nothing(path: Path, max_megapixels: float) -> Read:
    """Passes over a file that was named."""
    return Read("nothing found")


def refuses_everything(path: Path, max_megapixels: float) -> Read:
    """Whole files too."""
    return Read("unreadable", "damaged")
