"""CSV: how spreadsheets read what we write, and how we read what they save."""

import ast
import csv
import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import crackscope
from crackscope import tables
from crackscope.errors import DatasetError

ACTS = ["=", "+", "-", "@", "|", "%", "＝", "＋", "－", "＠"]
PREFIXES = [*ACTS, "\t", "\r", "\n"]
SEPARATORS = [";", "\n", "\r", "\t"]
SIGNS = st.sampled_from([*PREFIXES, *SEPARATORS, " ", "'", '"', ",", "\ufeff", "\0", "\udcff", "a"])
TEXT = st.text() | st.lists(SIGNS, max_size=6).map("".join)


def cells(content: bytes, delimiter: str = ",") -> list[list[str]]:
    """As a spreadsheet that splits at `delimiter` reads the file."""
    text = io.StringIO(content.decode("utf-8-sig"), newline="")
    return list(csv.reader(text, delimiter=delimiter))


@pytest.mark.parametrize(
    ("prefix", "start"),
    [(prefix, start) for prefix in PREFIXES for start in ("", "'")]
    + [(prefix, blank) for prefix in ACTS for blank in (" ", "\u00a0", "\ufeff", "\0", "' ")],
)
def test_no_text_begins_as_a_formula(prefix: str, start: str) -> None:
    name = f"{start}{prefix}cmd.jpg"
    content = tables.write(["path"], [[name]])
    assert cells(content)[1] == [f"'{name}"]
    assert tables.read(content, "t.csv", ["path"])[0][1] == {"path": name}


@pytest.mark.parametrize("separator", SEPARATORS)
@pytest.mark.parametrize("prefix", ["=", "+", "-", "@"])
def test_no_formula_begins_where_other_countries_split_cells(prefix: str, separator: str) -> None:
    content = tables.write(["n", "path"], [[1, f"a{separator}{prefix}cmd()"]])
    others = [cell for row in cells(content, ";") for cell in row]
    lines = [cell for line in content.decode("utf-8-sig").splitlines() for cell in line.split(";")]
    assert not [cell for cell in others + lines if cell.strip('" \t').startswith(prefix)]


@given(st.lists(st.tuples(TEXT, TEXT), max_size=5))
def test_what_is_written_is_read_again(rows: list[tuple[str, str]]) -> None:
    # A backslash before a byte that is no Unicode reads as its escape: the one text that is lost.
    rows = [tuple(cell.replace("\\", "/") for cell in row) for row in rows]  # type: ignore[misc]
    content = tables.write(["a", "b"], rows)
    content.decode("utf-8")
    found = [(row["a"], row["b"]) for _, row in tables.read(content, "t.csv", ["a", "b"])]
    assert found == [row for row in rows if any(tables.quoted(c).strip() for c in row)]


def test_excel_is_told_that_it_is_utf_8() -> None:
    assert tables.write(["path"], [["Brücke"]]).startswith(b"\xef\xbb\xbfpath")


@pytest.mark.parametrize(
    ("value", "shown", "exact"),
    [
        (0.12345678901, "0.1234568", "0.12345678901"),
        (1 / 3e9, "3.333333e-10", repr(1 / 3e9)),
        (12345678.9, "1.234568e+07", "12345678.9"),
        (np.float32(0.1), "0.1", repr(float(np.float32(0.1)))),
        (np.float64(2 / 3), "0.6666667", repr(2 / 3)),
        (-1.5, "-1.5", "-1.5"),
        (1234567890, "1234567890", "1234567890"),
        (np.int64(12345678), "12345678", "12345678"),
        (None, "", ""),
    ],
)
def test_numbers_have_seven_digits_but_for_the_exact_columns(
    value: object, shown: str, exact: str
) -> None:
    content = tables.write(["n", "short", "full"], [[0, value, value]], exact={"full"})
    assert cells(content)[1] == ["0", shown, exact]


SAVED = {
    "commas": ",",
    "semicolons": ";",
    "tabs": "\t",
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("delimiter", SAVED.values(), ids=SAVED)
def test_what_excel_saves_is_read(delimiter: str, encoding: str) -> None:
    lines = [["Path", " LABEL ", ""], ["Brücke.jpg", "1.0", ""], ["", "", ""], ["b.jpg"]]
    content = "\r\n".join(delimiter.join(line) for line in lines).encode(encoding)
    assert tables.read(content, "t.csv", ["path", "label"]) == [
        (2, {"path": "Brücke.jpg", "label": "1.0"}),
        (4, {"path": "b.jpg", "label": ""}),
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "Missing: path. Received: nothing"),
        (b"file\na", "Received: file"),
        (b"path,Path\na,b", "duplicate columns: path"),
        (b"path,label\nwall, north.jpg,1", "line 2: 3 cells for 2 columns"),
        (b'path\n"a', "cannot be read as CSV"),
        (b"\xff\xfep\0a\0t\0h\0\n", "is not a text file"),
    ],
)
def test_what_is_no_such_table_is_refused(content: bytes, said: str) -> None:
    with pytest.raises(DatasetError, match=r"t\.csv") as caught:
        tables.read(content, "t.csv", ["path"])
    assert said in str(caught.value)


def test_no_other_module_writes_or_reads_csv() -> None:
    room = Path(crackscope.__file__).parent
    users = []
    for file in room.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import) and "csv" in [name.name for name in node.names]:
                users.append(file.relative_to(room).as_posix())
            if isinstance(node, ast.ImportFrom) and node.module == "csv":
                users.append(file.relative_to(room).as_posix())
    assert users == ["tables.py"]
