"""Title, client and the like, given to `inspect` and `report`: kept, and no part of a run."""

import json
import shutil
from pathlib import Path

import pytest

import crackscope
from crackscope.cli.main import run
from support_pictures import encode, grey_photo, noise


@pytest.fixture
def site(tmp_path: Path) -> Path:
    for index in range(2):
        grey_photo(tmp_path / "site" / f"{index}.png", 100 * index)
    (tmp_path / "logo.png").write_bytes(encode(noise(200, 80), "PNG"))
    return tmp_path / "site"


def page(folder: Path) -> str:
    return (folder / "report.html").read_text(encoding="utf-8")


def inspect(site: Path, tiny_bundle: Path, *more: object) -> int:
    arguments = ["inspect", site, "--model", tiny_bundle, "--out", site.parent / "out", *more]
    return run(list(map(str, arguments)))


def test_a_cover_is_given_by_flags_and_kept_for_later(site: Path, tiny_bundle: Path) -> None:
    out, logo = site.parent / "out", site.parent / "logo.png"
    assert inspect(site, tiny_bundle, "--title", "Pier 4", "--client", "A & B", "--logo", logo) == 0
    assert "<title>Pier 4</title>" in page(out)
    assert "A &amp; B" in page(out)
    (out / "report.html").unlink()
    logo.unlink()
    assert run(["report", str(out), "--author", "C. D."]) == 0
    for part in ("<title>Pier 4</title>", "A &amp; B", "C. D.", 'class="logo"'):
        assert part in page(out)
    assert run(["report", str(out), "--title", ""]) == 0
    assert "<title>Photos inspected for cracks: 2</title>" in page(out)
    assert "C. D." in page(out)


def test_yaml_gives_it_as_it_is_written(site: Path, tiny_bundle: Path) -> None:
    file = site.parent / "cover.yaml"
    file.write_text("title: 007\ndate: 2026-11-28\nclient: 橋\nproject: on\ncard: yes\n")
    assert inspect(site, tiny_bundle, "--config", file, "--report", "html") == 0
    kept = json.loads((site.parent / "out" / "settings.json").read_text(encoding="utf-8"))
    cover = {"title": "007", "date": "2026-11-28", "client": "橋", "project": "on"}
    assert kept["cover"] == {**cover, "author": "", "logo": ""}
    assert kept["with_card"] is True


def test_another_title_resumes_and_what_was_given_before_stays(
    site: Path, tiny_bundle: Path
) -> None:
    out = site.parent / "out"
    assert inspect(site, tiny_bundle, "--title", "First", "--client", "Kept") == 0
    state = json.loads((out / "run.json").read_text())
    (out / "run.json").write_text(json.dumps({**state, "finished": False}))
    lines = (out / "results.jsonl").read_bytes().splitlines(keepends=True)
    (out / "results.jsonl").write_bytes(lines[0])
    assert inspect(site, tiny_bundle, "--title", "Second") == 0
    assert (out / "results.jsonl").read_bytes().startswith(lines[0])
    assert "<title>Second</title>" in page(out)
    assert "Kept" in page(out)


def test_another_title_of_a_finished_inspection_makes_its_reports_anew(
    site: Path, tiny_bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = site.parent / "out"
    assert inspect(site, tiny_bundle, "--title", "First") == 0
    results = (out / "results.jsonl").read_bytes()
    assert inspect(site, tiny_bundle, "--title", "Second") == 0
    assert "finished" in capsys.readouterr().out
    assert "<title>Second</title>" in page(out)
    assert (out / "results.jsonl").read_bytes() == results
    shutil.copytree(out, site.parent / "copy")
    assert inspect(site, tiny_bundle) == 0
    assert page(out) == page(site.parent / "copy")


def test_a_folder_written_anew_has_nothing_of_the_cover_before(
    site: Path, tiny_bundle: Path
) -> None:
    assert inspect(site, tiny_bundle, "--client", "Someone else") == 0
    assert inspect(site, tiny_bundle, "--threshold", 0.3, "--exist-ok") == 0
    assert "Someone else" not in page(site.parent / "out")


def test_reports_elsewhere_have_a_head_of_their_own(site: Path, tiny_bundle: Path) -> None:
    out, elsewhere = site.parent / "out", site.parent / "for-the-client"
    assert inspect(site, tiny_bundle, "--title", "Ours") == 0
    kept = (out / "settings.json").read_bytes()
    for title in ("Theirs", "Theirs, corrected"):
        first = crackscope.report(out, report="html", out=elsewhere, title=title)
        again = crackscope.report(out, report="html", out=elsewhere, title=title)
        assert (first.repeated, again.repeated) == (False, True)
        assert f"<title>{title}</title>" in page(elsewhere)
    assert (out / "settings.json").read_bytes() == kept
    assert run(["report", str(out), "--report", "csv", "--out", str(elsewhere)]) == 2


@pytest.mark.parametrize("command", ["inspect", "report"])
def test_a_logo_that_cannot_be_used_is_said_before_the_work(
    command: str, site: Path, tiny_bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (site.parent / "logo.svg").write_text("<svg/>")
    if command == "report":
        assert inspect(site, tiny_bundle) == 0
        assert run(["report", str(site.parent / "out"), "--logo", "logo.svg"]) == 2
    else:
        assert inspect(site, tiny_bundle, "--logo", site.parent / "logo.svg") == 2
        assert not (site.parent / "out").exists()
    assert "SVG is not supported" in capsys.readouterr().err
