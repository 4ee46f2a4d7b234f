"""Memory does not grow with the number of photos."""

import gc
import tracemalloc
from contextlib import contextmanager
from dataclasses import replace

import pytest

import crackscope
from crackscope.inspection import engines
from crackscope.inspection.inspected import Inspected
from support_cracks import cracked

COUNT, FIRST, LAST = 1200, 200, 1190


def test_the_walk_over_many_photos_keeps_nothing_of_them(
    tiny_bundle, tmp_path, monkeypatch: pytest.MonkeyPatch
):
    taken = {}

    @contextmanager
    def engine(settings, inspector):
        def walk(sources, stop):
            for number, source in enumerate(sources):
                if number in (FIRST, LAST):
                    gc.collect()
                    taken[number] = tracemalloc.get_traced_memory()[0]
                yield Inspected(replace(cracked(source.name), seconds=0.1 + number))

        yield walk

    monkeypatch.setattr(engines, "chosen", lambda name: engine)
    site = tmp_path / "site"
    site.mkdir()
    for number in range(COUNT):
        (site / f"{number:04}.jpg").touch()
    tracemalloc.start()
    try:
        outcome = crackscope.inspect(
            site, model=tiny_bundle, out=tmp_path / "out", report="csv", workers=1
        )
    finally:
        tracemalloc.stop()
    assert [line["seconds"] for line in outcome.data] == [0.1 + n for n in range(COUNT)]
    assert (taken[LAST] - taken[FIRST]) / (LAST - FIRST) < 50  # bytes a photo
