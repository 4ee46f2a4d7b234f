from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crackscope.curation import near_copies
from crackscope.curation.split import FRACTIONS, SUBSETS, assign, make_split
from crackscope.datasets.manifest import Dataset, to_csv
from crackscope.datasets.readers import open_dataset
from crackscope.errors import DatasetError, LeakError
from crackscope.types.evaluation import Patch
from support_data import class_folders, dataset_of, jpeg, wall, write

pytest.importorskip("scipy", reason="needs the extra [evaluate]")


@given(
    st.lists(st.tuples(st.integers(0, 1), st.integers(0, 40)), min_size=1, max_size=300),
    st.integers(0, 99),
)
def test_no_group_is_in_two_subsets(rows: list[tuple[int, int]], seed: int) -> None:
    labels = np.array([label for label, _ in rows])
    if len(set(labels.tolist())) < 2:
        labels = np.append(labels, 1 - labels[0])
        rows = [*rows, (0, 41)]
    groups = np.array([group for _, group in rows])
    subsets = assign(labels, groups, seed)
    assert set(subsets) <= set(SUBSETS)
    for group in set(groups.tolist()):
        assert len(set(subsets[groups == group])) == 1
    assert (subsets == assign(labels, groups, seed)).all()


@given(st.integers(0, 999), st.integers(60, 400), st.integers(60, 400), st.integers(1, 8))
def test_each_class_is_divided_80_10_10(seed: int, cracked: int, sound: int, largest: int) -> None:
    labels = np.repeat([1, 0], [cracked, sound])
    rng = np.random.default_rng(seed)
    groups = np.repeat(np.arange(len(labels)), rng.integers(1, largest + 1, len(labels)))
    groups = groups[: len(labels)]
    subsets = assign(labels, groups, seed)
    for label in (0, 1):
        for subset, fraction in zip(SUBSETS, FRACTIONS, strict=True):
            count = (subsets[labels == label] == subset).sum()
            assert abs(count - fraction * (labels == label).sum()) <= largest + 1


def test_seeds_divide_differently() -> None:
    labels = np.tile([0, 1], 100)
    splits = {tuple(assign(labels, np.arange(200), seed)) for seed in range(5)}
    assert len(splits) == 5


def test_a_giant_group_goes_to_train() -> None:
    labels = np.tile([0, 1], 100)
    groups = np.concatenate([np.zeros(120, int), np.arange(1, 81)])
    assert set(assign(labels, groups, 0)[:120]) == {"train"}


def _with_copies(root: Path) -> Dataset:
    """30 + 30 pictures; every crack has a mirrored, recompressed copy, some sound an exact one."""
    files = class_folders(30, 30)
    for index in range(30):
        mirrored = np.ascontiguousarray(wall(index, True)[:, ::-1])
        files[f"crack/{index:03}m.jpg"] = jpeg(mirrored, 70)
    for index in range(10):
        files[f"sound/{index:03}c.jpg"] = files[f"sound/{index:03}.jpg"]
    return open_dataset(write(root, files))


def test_grouped_keeps_copies_together_and_counts_each_file_once(tmp_path: Path) -> None:
    dataset = _with_copies(tmp_path)
    for seed in range(3):
        result = make_split(dataset, "grouped", seed)
        assert (result.leaks, result.shared_photos) == (0, ())
        subset = {patch.path: patch.split for patch in result.patches}
        for path, where in subset.items():
            twin = path.replace(".jpg", "m.jpg")
            assert subset.get(twin, where) == where
        digests = np.array(result.fingerprints.digests)
        tested = np.array([patch.split != "train" for patch in result.patches])
        assert len(set(digests[tested])) == tested.sum()
        counts = result.counts()
        assert sum(sum(count.values()) for count in counts.values()) == len(result.patches)
        assert min(counts["test"].values()) >= 2


def test_random_marks_its_leaks(tmp_path: Path) -> None:
    dataset = _with_copies(tmp_path)
    result = make_split(dataset, "random", 0)
    assert len(result.patches) == 100
    assert result.leaks > 5
    subset = np.array([patch.split for patch in result.patches])
    assert (subset[result.pairs[:, 0]] != subset[result.pairs[:, 1]]).all()
    assert result.to_dict()["leaks"] == result.leaks


def test_patches_of_one_photo_stay_together_and_over_copies_whole_photos_do(tmp_path: Path) -> None:
    files = class_folders(40, 40)
    files["crack/001.jpg"] = jpeg(np.ascontiguousarray(wall(12, True)[::-1]), 80)
    patches = [
        Patch(path, int(path.startswith("crack")), group=f"{path[:5]} {int(path[6:9]) // 4}")
        for path in sorted(files)
    ]
    dataset = dataset_of(write(tmp_path, files), patches)
    for seed in range(3):
        result = make_split(dataset, "grouped", seed)
        assert result.shared_photos == ()
        subset = {patch.path: patch.split for patch in result.patches}
        assert subset["crack/000.jpg"] == subset["crack/015.jpg"]  # photos 0 and 3, over 001 = 012


def _given(dataset: Dataset, test: str) -> Dataset:
    def subset(patch: Patch) -> str:
        number = int(patch.path.split("/")[1][:3])
        return "test" if patch.path == test else ("val" if number < 3 else "train")

    return dataset.of(replace(patch, split=subset(patch)) for patch in dataset.patches)


def test_a_given_split_that_leaks_is_refused_with_the_pairs(tmp_path: Path) -> None:
    dataset = _given(_with_copies(tmp_path), "crack/005m.jpg")
    dataset = dataset.of(
        replace(patch, split="test") if patch.path == "sound/029.jpg" else patch
        for patch in dataset.patches
    )
    with pytest.raises(LeakError) as caught:
        make_split(dataset)
    assert "1 pairs" in str(caught.value)
    assert "crack/005.jpg (train) = crack/005m.jpg (test)" in str(caught.value)
    assert caught.value.exit_code == 4
    result = make_split(dataset, allow_leaks=True)
    assert (result.name, result.leaks) == ("given", 1)


def test_a_given_split_with_a_photo_in_two_subsets_is_refused(tmp_path: Path) -> None:
    dataset = open_dataset(write(tmp_path, class_folders(6, 6)))
    subsets = ("train", "train", "train", "train", "val", "test")
    patches = [
        replace(patch, split=subsets[int(patch.path[6:9])], group="bridge 1" if patch.label else "")
        for patch in dataset.patches
    ]
    with pytest.raises(LeakError, match="bridge 1"):
        make_split(dataset.of(patches))


def test_a_split_of_ours_is_accepted_as_given(tmp_path: Path) -> None:
    first = make_split(_with_copies(tmp_path), "grouped", 1)
    (tmp_path / "manifest.csv").write_bytes(to_csv(first.patches))
    again = make_split(open_dataset(tmp_path))
    assert again.name == "given"
    assert again.counts() == first.counts()


def test_a_given_split_without_a_subset(tmp_path: Path) -> None:
    dataset = open_dataset(write(tmp_path, class_folders(4, 4)))
    half = [replace(patch, split="train") for patch in dataset.patches]
    with pytest.raises(DatasetError, match="Missing: val, test"):
        make_split(dataset.of(half))


def test_unreadable_files_are_left_out_and_listed(tmp_path: Path) -> None:
    files = class_folders(60, 60)
    files["crack/007.jpg"] = b""
    dataset = open_dataset(write(tmp_path, files))
    result = make_split(dataset)
    assert [entry.path for entry in result.unreadable] == ["crack/007.jpg"]
    assert len(result.patches) == 119
    write(tmp_path, {"sound/008.jpg": b"no picture"})
    with pytest.raises(DatasetError, match="more than 1 %"):
        make_split(dataset)


@pytest.mark.parametrize(
    ("cracked", "sound", "message"), [(20, 0, "both classes"), (1, 20, "no cracked patch is left")]
)
def test_a_class_that_is_missing(tmp_path: Path, cracked: int, sound: int, message: str) -> None:
    files = class_folders(cracked, sound)
    with pytest.raises(DatasetError, match=message):
        make_split(open_dataset(write(tmp_path, files)))


def test_contradicting_copies_are_noted(tmp_path: Path) -> None:
    files = class_folders(10, 10)
    files["sound/x.jpg"] = files["crack/003.jpg"]
    result = make_split(open_dataset(write(tmp_path, files)))
    assert any("1 files appear in both classes" in note for note in result.notes)


def test_what_the_starting_model_has_seen_stays_in_train(tmp_path: Path) -> None:
    dataset = _with_copies(tmp_path)
    first = make_split(dataset, "grouped", 0)
    tested = [row for row, patch in enumerate(first.patches) if patch.split == "test"]
    trained_on = near_copies.compact(first.fingerprints.take(tested))
    again = make_split(dataset, "grouped", 0, trained_on=trained_on)
    assert any("the starting model was trained on" in note for note in again.notes)
    assert not any("the starting model" in note for note in first.notes)
    seen = {first.patches[row].path for row in tested}
    assert {patch.split for patch in again.patches if patch.path in seen} == {"train"}


def test_of_copies_in_train_one_of_each_class_is_fitted(tmp_path: Path) -> None:
    result = make_split(_with_copies(tmp_path), "grouped", 0)
    fitted = result.distinct()
    held = [patch for patch in result.patches if patch.split != "train"]
    assert [patch for patch in fitted if patch.split != "train"] == held
    train = {
        (copy, patch.label): patch.path
        for copy, patch in zip(result.copies.tolist(), result.patches, strict=True)
        if patch.split == "train"
    }
    assert len(fitted) - len(held) == len(train) < len(result.patches) - len(held)
