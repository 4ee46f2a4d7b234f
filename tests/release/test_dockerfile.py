"""The Dockerfile keeps the rules of its linters: no root, pinned bases, nothing fetched by ADD."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WRITABLE = {"HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"}


@pytest.fixture
def instructions() -> list[tuple[str, str]]:
    """Each instruction with its arguments, continued lines joined."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    lines = re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).replace("\\\n", " ").splitlines()
    found = [line.split(maxsplit=1) for line in lines if line.strip()]
    return [(name, " ".join(rest.split())) for name, rest in found]


def values(instructions: list[tuple[str, str]], name: str) -> list[str]:
    return [rest for each, rest in instructions if each == name]


def test_the_base_is_pinned_and_the_same_in_both_stages(instructions) -> None:
    bases = {value.split()[0] for value in values(instructions, "FROM")}
    (base,) = bases  # an environment of the first stage runs in the second
    assert re.fullmatch(r"python:3\.\d+\.\d+-slim-\w+", base)


def test_it_does_not_run_as_root(instructions) -> None:
    last = max(at for at, (name, _) in enumerate(instructions) if name == "FROM")
    final = instructions[last:]
    assert [int(part) for part in values(final, "USER")[-1].split(":")] == [10001, 10001]
    after = [name for name, _ in final[[name for name, _ in final].index("USER") :]]
    assert "RUN" not in after


def test_nothing_but_tmp_and_results_is_written(instructions) -> None:
    environment = " ".join(values(instructions, "ENV"))
    pairs = dict(pair.split("=", 1) for pair in environment.split())
    assert set(pairs) >= WRITABLE
    assert {Path(pairs[name]).parts[1] for name in WRITABLE} == {"tmp"}
    assert pairs["PYTHONDONTWRITEBYTECODE"] == "1"
    assert values(instructions, "WORKDIR")[-1] == "/results"


def test_packages_are_pinned_and_nothing_is_fetched_by_add(instructions) -> None:
    assert values(instructions, "ADD") == []
    installs = [run for run in values(instructions, "RUN") if "pip install" in run]
    assert installs
    assert all("-c constraints.txt" in run and "--no-cache-dir" in run for run in installs)
    assert not any(word in run for run in values(instructions, "RUN") for word in ("sudo", "curl"))
    assert all(value.startswith("[") for value in values(instructions, "ENTRYPOINT"))


def test_all_that_is_copied_is_sent_to_the_builder(instructions) -> None:
    sent = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    copied = [
        name
        for value in values(instructions, "COPY")
        if not value.startswith("--from")
        for name in value.split()[:-1]
    ]
    assert copied
    assert [name for name in copied if f"!{name}" not in sent or not (ROOT / name).exists()] == []


def test_the_page_names_the_user_and_the_folders(instructions) -> None:
    page = (ROOT / "docs" / "container.md").read_text(encoding="utf-8")
    assert all(word in page for word in ("10001", "--read-only", "--tmpfs /tmp", "/results"))
