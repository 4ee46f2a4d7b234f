"""Scales by photo and by folder, from a CSV."""

import numpy as np
import pytest

from crackscope.errors import UsageError
from crackscope.measurement.scale.table import Table, read_table
from crackscope.measurement.scale.two_points import TwoPoints
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
        ("path,mm\na,1\n", "one of mm_per_px, two_points, corners. Received: path, mm"),
        ("place,mm_per_px\na,1\n", "Missing: path"),
        ('path,two_points\na,"1,2,3=4"\n', "line 2: must be written as two points"),
        ('path,two_points,click_px\na,"1,2,3,4=5",-1\n', "line 2: click_px must be 0 to"),
        ('path,two_points,photo_size\na,"1,2,3,4=5",40\n', "line 2: .*WIDTHxHEIGHT"),
        ('path,two_points,photo_size\na,"1,2,3,4=5",1e400x3\n', "line 2: photo_size must be above"),
        ('path,two_points,photo_size\na,"1,2,3,4=5",nanx3\n', "line 2: photo_size must be above"),
        ('path,two_points,photo_size\na,"1,2,3,4=5",-4x3\n', "line 2: photo_size must be above"),
        ('path,mm_per_px,two_points\na,1,"1,2,3,4=5"\n', "line 2: a row must have one scale"),
        ("path,mm_per_px\na,\n", "it has no rows with one"),
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


def test_points_of_a_row_are_those_of_the_flags():
    table = Table(
        read_table(
            b'path;two_points;corners;click_px\na;"1,5,31,5=60";;0.5\n'
            b'b;;"1,1,39,1,39,30,1,30=76x58";\n',
            "scales.csv",
        )
    )
    two = scale_of(table, "a")
    assert (two.source, two.mm_per_px, two.plane) == ("two-points", 2.0, None)
    sure = TwoPoints((1, 5), (31, 5), 60, click_px=0.5).measure(Photo("a", PIXELS)).scale
    assert two.u95 == sure.u95
    four = scale_of(table, "b")
    assert four.source == "rectangle"
    assert four.plane is not None
    assert four.mm_per_px == pytest.approx(2.0)
    with pytest.raises(UsageError, match="must be inside"):
        table.measure(Photo("b", PIXELS[:20]))


def test_a_missing_table_is_an_error_of_use(tmp_path):
    with pytest.raises(UsageError, match="cannot be read"):
        Table.parse(str(tmp_path / "none.csv"))
