"""Trash, thumbnails and our own results folders, by their names and their state file."""

import json

import pytest

from crackscope.skipped import in_words, is_ours, is_system, outermost, own_folders

SYSTEMS = [
    *("@eaDir", "#recycle", ".Trashes", "$RECYCLE.BIN", ".Trash-1000", ".@__thumb", ".thumbnails"),
    *("#snapshot", "@Recycle", "RECYCLER", "System Volume Information", "__MACOSX", "lost+found"),
    *(".hidden", "~snapshot"),
]
STATE = json.dumps({"identity": "x", "finished": False, "made_from": {}}).encode()


@pytest.mark.parametrize("name", SYSTEMS)
def test_folders_of_systems(name: str) -> None:
    assert is_system(name)
    assert is_system(name.upper())
    assert outermost(f"site/{name}/a/b.jpg") == f"site/{name}"


@pytest.mark.parametrize("name", [".", "..", "site", "#1", "@bridge", "$", "runs", "overlays", "…"])
def test_folders_of_people(name: str) -> None:
    assert not is_system(name)


@pytest.mark.parametrize(
    ("content", "ours"),
    [
        *((STATE, True), (b"{}", False), (b"[1]", False), (b"\xff", False)),
        *((b'"identity"', False), (b"[" * 200_000, False)),
    ],
)
def test_our_results_folders_are_recognised_by_their_state(content: bytes, ours: bool) -> None:
    assert is_ours({"run.json"}, lambda name: content) == ours
    assert own_folders(["a/run.json"], lambda name: content) == ({"a"} if ours else set())
    assert not is_ours({"other.json"}, lambda name: content)


def test_of_the_folder_itself_only_what_is_drawn_is_ours() -> None:
    files = {"run.json": STATE, "runs/x/run.json": STATE, "y/run.json": b"{}"}
    ours = own_folders(files, files.__getitem__)
    assert outermost("runs/x/sheet.png", ours) == "runs/x"
    assert outermost("overlays/a.jpg", ours) == "overlays"
    assert outermost("a.jpg", ours) is None
    assert outermost("y/overlays/a.jpg", ours) is None
    assert outermost("overlays", ours) is None, "a file of that name"


def test_what_was_skipped_is_counted_and_the_first_are_named() -> None:
    text = in_words([f"site/.{number}" for number in range(9)], "To include one, name it")
    assert text.startswith("skipped 9 folders or files")
    assert "site/.4, …. To include one, name it" in text
