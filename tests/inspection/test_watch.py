from collections.abc import Sequence
from pathlib import Path

from crackscope.inspection.find import look
from crackscope.inspection.sources import PhotoSource
from crackscope.inspection.watch import arrivals


def test_a_photo_is_taken_once_it_has_stopped_growing(tmp_path: Path) -> None:
    def photos() -> Sequence[PhotoSource]:
        return look([str(tmp_path)]).photos

    steps = arrivals(photos, {f"{tmp_path}/old.png"})
    (tmp_path / "old.png").write_bytes(b"done before")
    (tmp_path / "a.png").write_bytes(b"begin")
    assert next(steps) == []
    (tmp_path / "a.png").write_bytes(b"begin and more")
    (tmp_path / "b.png").write_bytes(b"whole")
    assert next(steps) == []
    assert [source.relative for source in next(steps)] == ["a.png", "b.png"]
    (tmp_path / "a.png").write_bytes(b"changed afterwards")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "c.png").write_bytes(b"c")
    assert next(steps) == []
    assert [source.relative for source in next(steps)] == ["sub/c.png"]
    assert next(steps) == []


def test_a_folder_may_be_empty_at_first(tmp_path: Path) -> None:
    steps = arrivals(lambda: look([str(tmp_path)]).photos, ())
    assert [next(steps) for _ in range(3)] == [[], [], []]
