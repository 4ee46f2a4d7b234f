"""Words for labels, in tables and in names of class folders."""

import pytest

from crackscope.datasets.label_words import label_of, means_no_label, parse


@pytest.mark.parametrize(
    ("label", "words"),
    [
        (1, ["crack", " Crack ", "CRACKED", "1", "1.0", "1,0", "1.", "yes", "TRUE", "WAHR"]),
        (0, ["sound", "no crack", "Uncracked", "0", "0.0", "0,00", "no", "False", "falsch"]),
        (None, ["unsure", "?", "skip", "Unsure "]),
    ],
)
def test_cells_that_tell(label: int | None, words: list[str]) -> None:
    assert [parse(word) for word in words] == [label] * len(words)


@pytest.mark.parametrize(
    "word", ["", "2", "10", "1.5", "maybe", "01", "-1", "crack 2", "unlabeled"]
)
def test_cells_that_do_not(word: str) -> None:
    with pytest.raises(ValueError, match=r"crack \(1, yes\), sound \(0, no\) or unsure") as caught:
        parse(word)
    assert repr(word) in str(caught.value)


NO_LABELS = "unlabeled Un-labelled no_label unknown unsure misc raw images thumbnails unbekannt _"


def test_names_that_mean_no_label() -> None:
    assert [name for name in NO_LABELS.split() if not means_no_label(name)] == []
    classes = ["cracked", "uncracked", "formwork", "other", "spalling", "rissig", "joint"]
    assert [name for name in classes if means_no_label(name)] == []
    assert [name for name in NO_LABELS.split() if label_of(name) is not None] == []
