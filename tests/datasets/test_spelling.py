"""File names in tables, as people, Windows, macOS and spreadsheets write them."""

import unicodedata

import pytest

from crackscope.datasets.spelling import meant

NFC, NFD = (unicodedata.normalize(form, "w/Brücke.jpg") for form in ("NFC", "NFD"))


@pytest.mark.parametrize(
    ("written", "file"),
    [
        ("a/b.jpg", "a/b.jpg"),
        ("a\\b.jpg", "a\\b.jpg"),
        ("a\\b.jpg", "a/b.jpg"),
        (" a.jpg", " a.jpg"),
        (" a\\b.jpg ", "a/b.jpg"),
        (NFC, NFD),
        (NFD, NFC),
        ("w\\Brücke.jpg", NFD),
        ("caf\u00e9.jpg", "caf\udce9.jpg"),
        ("caf\udce9.jpg", "caf\udce9.jpg"),
    ],
)
def test_the_file_that_is_meant(written: str, file: str) -> None:
    assert meant(written, {file}.__contains__) == file


def test_the_name_as_it_stands_comes_first() -> None:
    assert meant("a\\b.jpg", {"a\\b.jpg", "a/b.jpg"}.__contains__) == "a\\b.jpg"


def test_what_does_not_exist_keeps_its_name_with_slashes() -> None:
    assert meant("a\\é.jpg", lambda path: False) == "a/é.jpg"
