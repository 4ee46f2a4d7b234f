"""The arrays of a model are read where they are of a size that arrays of models have."""

import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest

from crackscope.models import bundle, untrusted


def bomb(path: Path, size: int) -> Path:
    """An .npz whose one array unpacks to `size` bytes."""
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("a.npy", "w") as f,
    ):
        header = {"descr": "|u1", "fortran_order": False, "shape": (size,)}
        np.lib.format.write_array_header_1_0(f, header)
        for _ in range(size // 2**20):
            f.write(bytes(2**20))
    return path


def test_arrays_come_back_as_they_were_written(tmp_path: Path) -> None:
    written = {"a": np.arange(5), "b": np.ones((2, 3), np.float32)}
    np.savez_compressed(tmp_path / "x.npz", **written)
    found = untrusted.arrays((tmp_path / "x.npz").read_bytes())
    assert found.keys() == written.keys()
    for name, values in written.items():
        np.testing.assert_array_equal(found[name], values)


def test_arrays_that_unpack_to_more_than_a_model_has_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert untrusted.LARGEST < 10**9 / 3
    monkeypatch.setattr(untrusted, "LARGEST", 20_000_000)
    content = bomb(tmp_path / "cells.npz", 30 * 2**20).read_bytes()
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match=r"at most 20 MB\. Received: 31 MB"):
            untrusted.arrays(content)
        assert tracemalloc.get_traced_memory()[1] < 10e6
    finally:
        tracemalloc.stop()


def test_a_bundle_reads_all_of_its_arrays() -> None:
    packaged = bundle.load()
    for file in packaged.folder.glob("*.npz"):
        assert packaged.arrays(file.name)


def test_a_header_that_is_no_python_is_damage(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.npz", "w") as archive:
        archive.writestr("a.npy", b"\x93NUMPY\1\0\5\0{'a':")
    with pytest.raises(ValueError, match=r"not a valid \.npz file"):
        untrusted.arrays((tmp_path / "x.npz").read_bytes())


@pytest.mark.parametrize("way", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_file_damaged_anywhere_is_refused_or_read(tmp_path: Path, way: int) -> None:
    np.save(tmp_path / "a.npy", np.sqrt(np.arange(300.0)))
    with zipfile.ZipFile(tmp_path / "x.npz", "w", way) as archive:
        archive.write(tmp_path / "a.npy", "a.npy")
    whole = (tmp_path / "x.npz").read_bytes()
    refused = 0
    for place in range(0, len(whole), 7):
        damaged = bytearray(whole)
        damaged[place] ^= 0xFF
        try:
            untrusted.arrays(bytes(damaged))
        except ValueError:
            refused += 1
    assert refused > len(whole) / 10
