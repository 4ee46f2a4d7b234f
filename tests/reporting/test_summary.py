"""The end of an inspection in a few lines: what is counted, shown, and left out with its number."""

from dataclasses import replace

import pytest

from crackscope.reporting.overview import summarise
from support_cracks import cracked
from support_reports import failed, scored


def test_the_worst_ten_are_shown_and_the_rest_counted() -> None:
    results = [scored(f"{number:02}.jpg", number / 20) for number in range(14)]
    head, *photos, more = summarise(results, results, 2.0).splitlines()
    assert head.startswith("14 photos: 14 crack, 0 unsure, 0 no crack, 0 failed; 2.0 s, ")
    assert [line.split()[2] for line in photos] == [f"{n:02}.jpg" for n in range(13, 3, -1)]
    assert more == "  … and 4 more in results.csv"
    assert photos[0] == "  crack     0.650  13.jpg  (1 region)"


@pytest.mark.parametrize(("count", "said"), [(100, ""), (103, "  … and 3 more in errors.jsonl")])
def test_a_hundred_failures_are_named_and_the_rest_counted(count: int, said: str) -> None:
    results = [failed(f"{number:03}.jpg") for number in range(count)]
    lines = summarise(results, results, 2.0).splitlines()
    named = [line for line in lines if line.startswith("  failed    truncated  ")]
    assert len(named) == 100
    assert lines[101:] == ([said] if said else [])


def test_speed_is_in_megapixels_of_what_was_done_now() -> None:
    results = [replace(scored(f"{n}.jpg"), width=2000, height=1500) for n in range(4)]
    assert "; 2.0 s, 1.5 MP/s; 3 from an earlier run" in summarise(results, results[3:], 2.0)


def test_cracks_and_what_is_no_concrete_are_said() -> None:
    result = replace(cracked("a.jpg"), material="other")
    head, line = summarise([result], [result], 1.0).splitlines()
    assert head.endswith("; 1 photo possibly not concrete")
    assert line.endswith(f"a.jpg  ({len(result.found)} cracks)  (not concrete?)")
