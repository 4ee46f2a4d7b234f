"""labels.csv: what goes out comes back, and what is wrong in it is named."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crackscope.errors import DatasetError
from crackscope.types import Box
from crackscope.validation import labels
from crackscope.validation.labels import Labels

HEAD = "photo,x0,y0,x1,y1,label\n"
NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(
    lambda name: "\\" not in name and name.strip(" ") and "\0" not in name
)


def read(text):
    return labels.read(text.encode() if isinstance(text, str) else text, "labels.csv")


@given(st.dictionaries(NAMES, st.sampled_from([0, 1, None, ""]), max_size=8))
def test_what_is_written_is_read_again(answers):
    keys = {name: (name, 0, 1, 20, 30) for name in answers}
    known = {keys[name]: label for name, label in answers.items() if label in (0, 1)}
    unsure = frozenset(keys[name] for name, label in answers.items() if label is None)
    given = Labels(known, unsure)
    assert read(labels.to_csv(keys.values(), given)) == given


@pytest.mark.parametrize(
    "text",
    [
        "photo;x0;y0;x1;y1;label\na.jpg;0;0;9;9;1\nb.jpg;0;0;9;9;0\n",
        "\ufeffphoto,x0,y0,x1,y1,label\r\na.jpg,0,0,9,9,crack\r\nb.jpg,0,0,9,9,sound\r\n",
        "label, photo ,X0,y0,x1,y1,note\n Crack ,a.jpg,0.0,0,9,9,look\n0.0,b.jpg,0,0,9.0,9,\n\n",
        "photo,x0,y0,x1,y1,label\na.jpg,0,0,9,9,YES\nb.jpg,0,0,9,9,no crack\nc.jpg,0,0,9,9\n",
    ],
)
def test_what_people_and_spreadsheets_write_is_understood(text):
    expected = {("a.jpg", 0, 0, 9, 9): 1, ("b.jpg", 0, 0, 9, 9): 0}
    assert read(text).known == expected
    assert read(text.removeprefix("\ufeff").encode("utf-16")).known == expected


def test_old_encodings_and_paths_of_windows_are_understood():
    content = (HEAD + "w\\Brücke.jpg,0,0,9,9,?\n").encode("cp1252")
    assert read(content).unsure == {("w/Brücke.jpg", 0, 0, 9, 9)}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Missing: photo, x0, y0, x1, y1, label"),
        ("photo,label\na.jpg,1\n", "Missing: x0, y0, x1, y1"),
        (HEAD + "a.jpg,0,0,9,9,maybe\n", "line 2: a label must be crack"),
        (HEAD + "a.jpg,0,0,9,9,2\n", "Received: '2'"),
        (HEAD + "a.jpg,9,0,0,9,1\n", "line 2: a box must satisfy"),
        (HEAD + "a.jpg,0,0,nan,9,1\n", "whole numbers"),
        (HEAD + "a.jpg,0,0,1e400,9,1\n", "whole numbers"),
        (HEAD + "a.jpg,0,0,2.5,9,1\n", "whole numbers"),
        (HEAD + "a.jpg,,,,,1\n", "line 2"),
        (HEAD + "a.jpg,0,0,9,9,1\na.jpg,0,0,9,9,0\n", "line 3: another label"),
        (HEAD + '"a.jpg,0,0,9,9,1\n', "cannot be read as CSV"),
        (HEAD + "a" * 200_000 + ",0,0,9,9,1\n", "cannot be read as CSV"),
    ],
)
def test_what_is_wrong_is_named(text, said):
    with pytest.raises(DatasetError, match=r"labels\.csv") as caught:
        read(text)
    assert said in str(caught.value)


@given(st.binary(max_size=300))
def test_hostile_bytes_are_refused_or_read_but_never_crash(content):
    for start in (b"", HEAD.encode()):
        with contextlib.suppress(DatasetError):
            labels.read(start + content, "labels.csv")


def test_a_row_without_a_label_is_not_yet_labelled_even_where_its_box_is_empty():
    assert read(HEAD + "a.jpg,,,,,\n") == Labels({}, frozenset())


@pytest.mark.parametrize("name", ["a\\b.jpg", "w\udcff.jpg", "=1+1.jpg", " a.jpg ", "e\u0301.jpg"])
def test_every_name_that_a_file_can_have_comes_back(name):
    keys = [labels.key_of(name, Box(0, 0, 2, 2))]
    content = labels.to_csv(keys, Labels({keys[0]: 1}, frozenset()))
    content.decode()  # UTF-8, whatever the name is
    assert labels.read(content, "labels.csv", {name}).known == {keys[0]: 1}
