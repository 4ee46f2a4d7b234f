"""Build the documentation site, strictly, and check that it needs no network.

    pip install ".[docs]"
    python scripts/docs.py [FOLDER]

Pages are those of docs/, those of other folders that EXTRA names, and three that are generated: the
Python interface, the model card and the list of decisions. A link to another file of the repository
leads to a copy of it. FOLDER is build/docs, unless another is given, which is new or made by this
command: it is emptied. The site in it opens from a disk: site/index.html. Exit code 1 where the
generator warns, a link is broken, or a page loads something from a server.
"""

import argparse
import re
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import python_reference
import yaml
from site_check import problems
from site_links import rewritten

ROOT = Path(__file__).parents[1]
DOCS, BUILD = ROOT / "docs", ROOT / "build" / "docs"
SETTINGS = "mkdocs.yml"
PAGES, SITE, FILES = "pages", "site", "files"
"""Folders: of the assembled pages, of the built ones, and within them of copied files."""
EXTRA = {
    "benchmarks/README.md": "benchmarks/commands.md",
    "benchmarks/knobs.md": "benchmarks/knobs.md",
    "benchmarks/trials.md": "benchmarks/trials.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
    "README.md": "index.md",
}
"""File of the repository -> page of the site. README.md is a target only: the site has a home."""
CARD, DECISIONS = "model-card.md", "decisions/index.md"
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


def main(build: Path = BUILD) -> int:
    """Assemble, build and check in a folder; returns the exit code."""
    if build.exists() and not (build / SETTINGS).exists():
        raise SystemExit(f"FOLDER must be new, or made by this command. Received: {build}")
    shutil.rmtree(build, ignore_errors=True)
    build.mkdir(parents=True)
    (build / SETTINGS).write_text(yaml.safe_dump(settings(), sort_keys=False), encoding="utf-8")
    assemble(build / PAGES)
    if not built(build):
        return 1
    found = problems(build / SITE)
    for problem in found:
        print(problem, file=sys.stderr)
    print(f"{len(list((build / SITE).rglob('*.html')))} pages: {build / SITE / 'index.html'}")
    return 1 if found else 0


def assemble(pages: Path) -> None:
    """Write all pages, with their links rewritten."""
    sources = {path: path.relative_to(DOCS).as_posix() for path in sorted(DOCS.rglob("*.md"))}
    sources |= {ROOT / name: page for name, page in EXTRA.items() if name != "README.md"}
    for path in DOCS.rglob("*"):
        if path.is_file() and path.suffix not in {".md", ".yml"}:
            copy(path, path.relative_to(DOCS).as_posix(), pages)
    found = partial(place, pages=pages)
    for path, page in sources.items():
        text = rewritten(path.read_text(encoding="utf-8"), path.parent, page, found)
        write(pages / page, text)
    write(pages / "python.md", python_reference.page())
    (card,) = (ROOT / "src").rglob("pretrained/card.md")  # its links are those of README.md
    write(pages / CARD, rewritten(card.read_text(encoding="utf-8"), ROOT, CARD, found))
    write(pages / DECISIONS, decisions())


def place(target: Path, pages: Path) -> str:
    """Page or copied file of the site that stands for a file of the repository."""
    if target.is_relative_to(DOCS):
        inside = target.relative_to(DOCS).as_posix()
        return DECISIONS if inside == "decisions" else inside
    name = target.relative_to(ROOT).as_posix()
    if name.endswith("pretrained/card.md"):
        return CARD
    if name in EXTRA:
        return EXTRA[name]
    if not target.is_file():
        raise SystemExit(f"a page may link to a file, not to a folder. Received: {name}")
    ending = "" if target.suffix in {".md", ".txt"} else ".txt"
    return copy(target, f"{FILES}/{name}{ending}", pages)


def copy(path: Path, page: str, pages: Path) -> str:
    """Copy a file as it is; returns its place among the pages."""
    (pages / page).parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, pages / page)
    return page


def write(file: Path, text: str) -> None:
    """Write a page."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def decisions() -> str:
    """The list of decisions, by number."""
    rows = "".join(f"- [{title}]({page})\n" for title, page in titles())
    return f"# Decisions\n\nLarger choices: the problem, the decision, the consequence.\n\n{rows}"


def titles() -> list[tuple[str, str]]:
    """Title and file name of each decision."""
    found = sorted((DOCS / "decisions").glob("[0-9]*.md"))
    return [(path.read_text(encoding="utf-8").partition("\n")[0][2:], path.name) for path in found]


def settings() -> dict[str, Any]:
    """docs/site.yml, with folders and decisions."""
    base: dict[str, Any] = yaml.safe_load((DOCS / "site.yml").read_text(encoding="utf-8"))
    listed = [DECISIONS, *({title: f"decisions/{name}"} for title, name in titles())]
    nav = [*base["nav"], {"Decisions": listed}]
    return {**base, "docs_dir": PAGES, "site_dir": SITE, "nav": nav}


def built(build: Path) -> bool:
    """Run the generator; a warning is printed and fails."""
    command = [sys.executable, "-m", "zensical", "build", "--strict", "-f", SETTINGS]
    process = subprocess.run(command, cwd=build, capture_output=True, text=True, check=False)
    output = _COLOURS.sub("", process.stdout + process.stderr)
    if process.returncode or "Warning" in output:
        print(output, file=sys.stderr)
        return False
    return True


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, nargs="?", default=BUILD, metavar="FOLDER")
    sys.exit(main(parser.parse_args().folder))
