"""A call that exceeds its timeout is abandoned with an error; others are unaffected."""

import threading

import pytest

from crackscope.errors import ImageError
from crackscope.limits import within


@pytest.mark.parametrize("seconds", [None, 30.0])
def test_what_is_in_time_gives_its_value_or_its_error(seconds: float | None) -> None:
    assert within(seconds, divmod, 7, 2) == (3, 1)
    assert within(seconds, sorted, "ba", reverse=True) == ["b", "a"]
    with pytest.raises(ZeroDivisionError):
        within(seconds, divmod, 7, 0)


def test_what_hangs_is_left_behind_and_named() -> None:
    released = threading.Event()
    with pytest.raises(ImageError, match=r"more than 0\.05 s.*--timeout") as caught:
        within(0.05, released.wait)
    assert caught.value.kind == "timeout"
    left = [thread for thread in threading.enumerate() if thread.name == "within"]
    assert left
    assert all(thread.daemon for thread in left), "it would keep the process alive"
    released.set()
    for thread in left:
        thread.join(10)
