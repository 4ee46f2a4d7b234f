"""Scales by photo and by folder, from a CSV."""

import numpy as np
import pytest

from crackscope.errors import UsageError
from crackscope.measurement.scale.table import Table, read_table
from crackscope.types import Photo

PIXELS = np.zeros((40, 40, 3), np.uint8)


def scale_of(table, path):
    return table.measure(Photo(path, PIXELS)).scale


def test_the_photo_counts_before_the_nearest_folder(tmp_path):
    content = "path;mm_per_px;u95\nsite;0,5;\nsite/pier;0,2;0,01\nsite/pier/a.jpg;0,1;0,001\n"
    (tmp_path / "scales.csv").write_text(content)
    table = Table.parse(str(tmp_path / "scales.csv"))
    assert scale_of(table, "site/pier/a.jpg").mm_per_px == 0.1
    assert scale_of(table, f"{tmp_path}/site/pier/a.jpg").u95 == 0.001
    assert scale_of(table, "site/pier/deep/b.jpg").mm_per_px == 0.2
    assert scale_of(table, "site\\wall\\c.jpg").mm_per_px == 0.5
    assert scale_of(table, "site/wall/c.jpg").relative_u95 > 0.06
    assert scale_of(table, "sites/c.jpg") is None


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("path,mm\na,1\n", "Missing: mm_per_px"),
        ("path,mm_per_px\n", "it has no row"),
        ("path,mm_per_px\na,much\n", "line 2: must be a number"),
        ("path,mm_per_px\na,-1\n", "line 2: mm_per_px must be above 0"),
        ("path,mm_per_px\na,nan\n", "line 2: mm_per_px must be above 0"),
        ("path,mm_per_px,u95\na,1,-1\n", "line 2: u95 must be 0 to"),
        ("path,mm_per_px\n,1\n", "line 2: path must be given"),
        ("path,mm_per_px\na,1\na,2\n", "line 3: path must be given exactly once"),
        ("path,mm_per_px\na,x\nb,y\n", "line 2.*line 3"),
        ("", "must have the columns"),
    ],
)
def test_what_is_wrong_with_a_table_is_said_by_line(content, message):
    with pytest.raises(UsageError, match=message):
        read_table(content.encode(), "scales.csv")


def test_a_missing_table_is_an_error_of_use(tmp_path):
    with pytest.raises(UsageError, match="cannot be read"):
        Table.parse(str(tmp_path / "none.csv"))
