"""One word, one thing: words that were given up stay away from code, messages, help and docs.

Each is given with the word that took its place, which the failure names.
"""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GIVEN_UP = {
    r"\buncracked\b|\bnon-crack": "sound, or the verdict `no crack`",
    r"\b(train|validation|val|test) side\b|on two sides\b": "subset",
    r"\b[Ss]hare of\b|\bthe share\b": "fraction, rate",
    r"\btaken for cracked\b": "false-alarm rate",
    r"\b[Ll]edger\b": "results folder, history",
    r"\b[Oo]verdraw": "paste_cracks",
    r"\b[Ss]trangeness\b": "mahalanobis",
    r"\b[Ss]uspicion\b": "label_errors",
    r"[Ll]argest step size|[Ii]nitial step size": "peak learning rate, initial learning rate",
    r"[Pp]atches a step\b": "batch size",
    r"\bin reach\b": "reachable",
    r"goes on where it stopped": "resumes",
    r"fault of crackscope": "internal error",
    r"does not give it to you": "access denied",
    r"joined by commas": "comma-separated",
    r"is not a picture\b|\bRead are\b": "unrecognised image format",
    r"[Ww]hat computes the network": "inference backend",
    r"how far it carries": "cross-dataset generalisation",
    r"scores did not hold": "failed the accuracy check",
}
"""Pattern -> what is said instead."""
TEXTS = [
    ROOT / "README.md",
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "docs" / "tutorials").glob("*.md")),
    *sorted((ROOT / "src").rglob("*.py")),
    *sorted((ROOT / "src").rglob("*.jinja")),
    *sorted((ROOT / "benchmarks").glob("*.py")),
]


@pytest.mark.parametrize("pattern", GIVEN_UP)
def test_a_word_that_was_given_up_stands_nowhere(pattern: str) -> None:
    found = [
        f"{file.relative_to(ROOT)}:{number}: {line.strip()}"
        for file in TEXTS
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if re.search(pattern, line)
    ]
    assert not found, f"say {GIVEN_UP[pattern]}:\n" + "\n".join(found)
