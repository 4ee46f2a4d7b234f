"""The documentation site builds strictly, opens from a disk, and can be searched there."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

pytest.importorskip("zensical", reason="needs the extra [docs]")

ROOT = Path(__file__).parents[2]
BROWSER = next(filter(None, map(shutil.which, ("chromium", "google-chrome", "chrome"))), None)
PHONE, SCREEN = 390, 1300


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site, moved to where it was not built."""
    folder = tmp_path_factory.mktemp("docs") / "built"
    command = [sys.executable, str(ROOT / "scripts" / "docs.py"), str(folder)]
    process = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert process.returncode == 0, process.stderr
    return (folder / "site").rename(tmp_path_factory.mktemp("elsewhere") / "site")


@pytest.fixture
def check(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    import site_check

    return site_check.problems


def test_every_page_of_docs_is_in_the_menu() -> None:
    menu = (ROOT / "docs" / "site.yml").read_text(encoding="utf-8")
    pages = [path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md")]
    listed = re.findall(r": (\S+\.md)$", menu, re.MULTILINE)
    assert [p for p in pages if p not in listed and not p.startswith("decisions/")] == []
    assert len(listed) == len(set(listed))


def test_generated_pages_hold_what_they_are_for(site: Path) -> None:
    python = (site / "python.html").read_text(encoding="utf-8")
    for name in ("inspect", "load", "measurement.width", "PhotoResult", "Crack"):
        assert f">{name}<" in python or f"{name}<a" in python, name
    assert 'id="evaluation-data"' in (site / "model-card.html").read_text(encoding="utf-8")
    numbers = re.findall(r'href="(0\d+)-', (site / "decisions" / "index.html").read_text("utf-8"))
    assert len(set(numbers)) == len(list((ROOT / "docs" / "decisions").glob("0*.md")))


def test_a_folder_of_somebody_is_not_emptied(tmp_path: Path) -> None:
    (tmp_path / "theirs.txt").write_text("x", encoding="utf-8")
    command = [sys.executable, str(ROOT / "scripts" / "docs.py"), str(tmp_path)]
    process = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert process.returncode == 1
    assert "FOLDER must be new" in process.stderr
    assert (tmp_path / "theirs.txt").exists()


def test_the_check_finds_what_a_browser_would(tmp_path: Path, check: Any) -> None:
    (tmp_path / "b.html").write_text('<h1 id="here">b</h1>', encoding="utf-8")
    links = '<a href="b.html#here"><a href="b.html#gone"><a href="c.html"><a href="https://a.b/c">'
    loads = '<script src="https://a.b/d.js"></script><img src="gone.png">'
    (tmp_path / "a.html").write_text(links + loads, encoding="utf-8")
    assert [line.partition(": ")[2] for line in check(tmp_path)] == [
        "loads https://a.b/d.js from a server",
        "no such place: b.html#gone",
        "no such place: c.html",
        "no such place: gone.png",
    ]


def test_settings_load_nothing_from_a_server() -> None:
    settings = yaml.safe_load((ROOT / "docs" / "site.yml").read_text(encoding="utf-8"))
    assert settings["theme"]["font"] is False
    assert settings["extra"]["polyfills"] == ["assets/iframe-worker.js"]


@pytest.mark.skipif(BROWSER is None, reason="no Chromium to open the pages with")
def test_pages_open_from_a_disk_fit_and_can_be_searched(site: Path) -> None:
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        said: list[str] = []
        for width in (PHONE, SCREEN):
            page = chromium.new_page(viewport={"width": width, "height": 900})
            page.on("pageerror", lambda error: said.append(str(error)))
            page.on("request", lambda asked: said.append(asked.url))
            for name in ("index", "figures", "comparison", "cli", "tutorials/inspector"):
                page.goto((site / f"{name}.html").as_uri())
                wider = "document.documentElement.scrollWidth > window.innerWidth"
                assert not page.evaluate(wider), (name, width)
        page.goto((site / "index.html").as_uri())
        page.keyboard.press("/")
        page.get_by_placeholder("Search").press_sequentially("OpenVINO")
        page.get_by_text("OpenVINO on request").first.wait_for(timeout=20_000)
        chromium.close()
    assert [each for each in said if not each.startswith(("file:", "data:", "about:"))] == []
