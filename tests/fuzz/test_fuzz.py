"""The short run, and that the campaign notices what it is there for."""

from pathlib import Path

import pytest

from fuzz import faulty, witness
from fuzz.campaign import Case, cases, fault, run
from fuzz.damages import DAMAGES
from fuzz.keeper import Keeper, Limits, Reader, Watched
from fuzz.originals import originals
from fuzz.outcome import SCORED, Read
from fuzz.pieces import pieces_of
from fuzz.reading import as_inspect_does

ONE = ["plain.jpg"]
FEW = 3 * len(DAMAGES)


@pytest.mark.timeout(240)
def test_no_damaged_file_is_scored_or_left_without_a_reason(tmp_path: Path) -> None:
    """Each damage once to each original; `python -m fuzz` does more of it."""
    campaign = run(tmp_path, files=len(DAMAGES), seed=7)
    assert campaign.files == len(DAMAGES) * len(originals())
    assert not campaign.faults, campaign.table()


def accepted(name: str) -> list[tuple[Case, str]]:
    """Damaged files of an original, and what is said of a reader that scores each of them."""
    whole, other = Read(SCORED, "", 1, 1, "whole"), Watched(Read(SCORED, "", 1, 1, "other"))
    some = cases(originals()[name], FEW, seed=1)
    return [(case, fault(case, other, whole, Limits())) for case in some]


@pytest.fixture(scope="module")
def all_accepted() -> list[tuple[Case, str]]:
    return [pair for name in originals() for pair in accepted(name)]


@pytest.mark.parametrize("damage", DAMAGES)
def test_each_damage_shows_where_everything_is_accepted(
    damage: str, all_accepted: list[tuple[Case, str]]
) -> None:
    said = [bool(fault) for case, fault in all_accepted if case.damage == damage]
    assert sum(said) > 0.3 * len(said)


@pytest.mark.parametrize("name", originals())
def test_damage_shows_in_each_format_where_everything_is_accepted(
    name: str, all_accepted: list[tuple[Case, str]]
) -> None:
    said = {case.damage for case, fault in all_accepted if case.original.name == name and fault}
    assert {"cut off", "zero tail"} <= said


def test_a_whole_campaign_finds_fault_with_a_reader_that_accepts_everything(
    tmp_path: Path,
) -> None:
    campaign = run(tmp_path, FEW, 1, ["plain.png"], faulty.accepts_everything)
    assert len(campaign.faults) == FEW
    assert len(list(tmp_path.glob("*-plain.png"))) == FEW, "the files stay, to be looked at"
    campaign.save(tmp_path, 1)
    assert f"{FEW} files, {FEW} faults" in (tmp_path / "fuzz.md").read_text()


@pytest.mark.parametrize(
    ("reader", "said"),
    [
        (faulty.crashes, "crash: exit code "),
        (faulty.hangs, "hang: more than 1 s"),
        (faulty.raises, "traceback: Traceback"),
        (faulty.prints_a_trace, "printed: Exception ignored"),
        (faulty.takes_memory, "memory: 3"),
        (faulty.runs_out_of_memory, "unreadable: not enough memory"),
        (faulty.gives_no_kind, "no kind of error: broken"),
        (faulty.gives_no_reason, "no reason: "),
        (faulty.names_an_address, "no reason: cannot identify"),
        (faulty.finds_nothing, "nothing found"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_each_fault_of_a_reader_is_noticed(reader: Reader, said: str, tmp_path: Path) -> None:
    limits = Limits(seconds=1.0 if reader is faulty.hangs else 60.0, mb=256.0)
    faults = run(tmp_path, 1, 1, ONE, reader, limits).faults
    assert faults[-1]["fault"].startswith(said), faults


def test_whole_files_have_to_be_scored(tmp_path: Path) -> None:
    faults = run(tmp_path, 0, 1, ONE, faulty.refuses_everything).faults
    assert [fault["fault"] for fault in faults] == ["the whole file: unreadable damaged"]


def test_a_file_that_ends_the_process_does_not_end_the_run(tmp_path: Path) -> None:
    paths = [tmp_path / f"{name}.txt" for name in ("first", "second")]
    with Keeper(faulty.crashes, tmp_path, Limits()) as keeper:
        assert [one.read.kind for one in keeper.read_all(paths, 1.0)] == ["crash", "crash"]


def test_a_missing_file_is_read_as_inspect_reads_it(tmp_path: Path) -> None:
    with Keeper(as_inspect_does, tmp_path, Limits()) as keeper:
        (watched,) = keeper.read_all([tmp_path / "none.jpg"], 1.0)
    assert watched.read.kind == "usage"
    assert 20 < watched.mb < 512


@pytest.mark.parametrize("name", originals())
def test_nothing_shows_in_whole_files(name: str) -> None:
    original = originals()[name]
    picture = original.name.endswith(".zip") and not original.entry
    assert picture or witness.seen(original, original.content) == ""


@pytest.mark.parametrize("name", originals())
def test_a_seed_gives_the_same_files_again(name: str) -> None:
    once, again, other = (list(cases(originals()[name], FEW, seed)) for seed in (1, 1, 2))
    assert once == again
    assert once != other
    assert [case.damage for case in once] == list(DAMAGES) * 3
    assert all(case.content != case.original.content for case in once)


@pytest.mark.parametrize("name", originals())
def test_pieces_lie_inside_the_file(name: str) -> None:
    content = originals()[name].content
    pieces = pieces_of(content)
    assert len(pieces) >= 8
    for piece in pieces:
        assert 0 <= piece.start < piece.end <= len(content)
        assert all(piece.start <= at < at + size <= piece.end for at, size in piece.fields)
