"""What a visitor finds agrees with the project: citation, workflow, issue forms, changelog."""

import re
import stat
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from crackscope import __version__
from support_docs import shell_lines

ROOT = Path(__file__).parents[2]
SYSTEMS = {"ubuntu", "macos", "windows"}
FORMS = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("[0-9]-*.yml"))


def loaded(name: str) -> Any:
    return yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))


def test_the_citation_is_of_this_version() -> None:
    citation = loaded("CITATION.cff")
    assert citation["version"] == __version__
    assert citation["license"] == "Apache-2.0"
    assert {"cff-version", "message", "title", "authors"} <= set(citation)
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
    assert all(reference["doi"] in notice for reference in citation["references"])


def test_the_workflow_runs_the_check_on_three_systems_and_at_lower_bounds() -> None:
    jobs = loaded(".github/workflows/check.yml")["jobs"]
    machines = jobs["check"]["strategy"]["matrix"]["include"]
    assert {machine["os"].partition("-")[0] for machine in machines} == SYSTEMS
    assert {"run": ".ci/run"} in jobs["check"]["steps"]
    assert "3.11" in {machine["python"] for machine in machines}
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "python3 scripts/lower_bounds.py" in script


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permission")
def test_the_check_can_be_started() -> None:
    assert (ROOT / ".ci" / "run").stat().st_mode & stat.S_IXUSR


def test_the_workflow_runs_how_the_readme_installs() -> None:
    steps = loaded(".github/workflows/check.yml")["jobs"]["readme"]["steps"]
    ran = "\n".join(step.get("run", "") for step in steps)
    lines = shell_lines((ROOT / "README.md").read_text(encoding="utf-8"))
    installing = [line for line in lines if line.startswith(("python3 -m venv", "pipx", "uvx"))]
    assert len(installing) == 4
    assert [line for line in installing if line not in ran and "scripts/check.py" not in line] == []


@pytest.mark.parametrize("form", FORMS, ids=lambda path: path.stem)
def test_an_issue_form_asks_for_something(form: Path) -> None:
    content = yaml.safe_load(form.read_text(encoding="utf-8"))
    assert {"name", "description", "body"} <= set(content)
    fields = [field for field in content["body"] if field["type"] != "markdown"]
    assert any(field.get("validations", {}).get("required") for field in fields)
    assert len({field["id"] for field in fields}) == len(fields)


def test_the_changelog_is_sorted_by_kind() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    for version, part in re.findall(r"^## (.+)\n((?:(?!## ).*\n?)*)", text, re.MULTILINE):
        kinds = re.findall(r"^### (.+)$", part, re.MULTILINE)
        order = ("Added", "Changed", "Deprecated", "Removed", "Fixed", "Security")
        assert kinds, version
        assert kinds == sorted(kinds, key=order.index), version
        assert part.lstrip().startswith(("### ", "First release")), version
