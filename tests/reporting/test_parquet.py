from pathlib import Path

import pytest

from crackscope.reporting import Context, chosen
from crackscope.types import PhotoResult
from support_reports import failed, scored, with_place

parquet = pytest.importorskip("pyarrow.parquet")
RESULTS = [
    with_place(scored("a.jpg", 1 / 3), 52.5, 13.4),
    scored("not\udcffunicode.jpg", 0.1, "no crack"),
    failed("c.jpg"),
]


def tables(results: list[PhotoResult], folder: Path) -> list[list[dict[str, object]]]:
    (write,) = chosen("parquet")
    return [
        parquet.read_table(file).to_pylist() for file in write(results, folder, context(folder))
    ]


def context(folder: Path) -> Context:
    return Context("m@1+abc", folder)


def test_rows_keep_their_types_and_full_precision(tmp_path: Path) -> None:
    photos, regions = tables(RESULTS, tmp_path)
    first, second, third = photos
    assert (first["score"], first["width"], first["latitude"]) == (1 / 3, 64, 52.5)
    assert (first["taken"], first["camera"]) == ("2025-05-01T12:00:00+02:00", "Camera 1")
    assert (second["path"], second["latitude"]) == ("not\\udcffunicode.jpg", None)
    assert (third["status"], third["error_kind"], third["score"]) == ("failed", "truncated", None)
    assert regions == [
        {"path": "a.jpg", "id": 1, "x0": 0, "y0": 0, "x1": 10, "y1": 20, "score": 1 / 3}
    ]


def test_a_table_without_rows_has_the_same_columns(tmp_path: Path) -> None:
    (write,) = chosen("parquet")
    full = [parquet.read_schema(file) for file in write(RESULTS, tmp_path, context(tmp_path))]
    assert tables([], tmp_path) == [[], []]
    empty = [parquet.read_schema(tmp_path / f"{name}.parquet") for name in ("photos", "regions")]
    assert empty == full
