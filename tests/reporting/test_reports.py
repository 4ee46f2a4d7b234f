import base64
import csv
import hashlib
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crackscope.errors import MissingExtraError, UnknownNameError, UsageError
from crackscope.inspection.results_file import ResultsFile, line, read, write_errors
from crackscope.rendering import colour
from crackscope.reporting import REPORTS, Context, chosen
from crackscope.reporting.context import load, save
from crackscope.reporting.names import close_up_name, mask_names, overlay_names, printable
from crackscope.reporting.overview import summarise, worst_first
from crackscope.types import PhotoResult
from support_cracks import UTM, WGS, cracked, on_map
from support_reports import failed, scored, with_place

ODD_NAMES = [
    "a b.jpg",
    "ümläut ß.jpg",
    "new\nline.jpg",
    "<script>alert(1)</script>.jpg",
    "quote\"s'.jpg",
    "=HYPERLINK(evil).jpg",
    "not\udcffunicode.jpg",
    "100%#?.jpg",
]


RESULTS = [scored(name) for name in ODD_NAMES] + [failed(f"broken {ODD_NAMES[2]}{ODD_NAMES[3]}")]
CONTEXT = Context(
    model="m@1+abc",
    folder=Path("nowhere"),
    settings={"threshold": 0.5},
    overlays=dict(zip(ODD_NAMES, overlay_names(ODD_NAMES), strict=True)),
    passed_over=3,
    card="# A card\n\nof *m*",
)
CASES = {
    "hostile": RESULTS,
    "placed": [with_place(scored(name), -33.9, 18.4) for name in ODD_NAMES],
    "failed": [failed("a.jpg")],
    "cracks": [
        *(with_place(cracked(name), -33.9, 18.4) for name in ODD_NAMES),
        cracked("sound.jpg", 0.01, lines=False),
        failed("a.jpg"),
        on_map(cracked("utm.tif"), UTM),
        on_map(cracked("wgs.tif"), WGS),
    ],
    "none": [],
}


@pytest.mark.parametrize("results", CASES.values(), ids=CASES)
@pytest.mark.parametrize("name", REPORTS.names())
def test_every_report_writes_whole_files_and_can_be_repeated(
    name: str, results: list[PhotoResult], tmp_path: Path
) -> None:
    (write,) = chosen(name)
    files = write(results, tmp_path, CONTEXT)
    assert files
    assert {path for path in tmp_path.rglob("*") if path.is_file()} == set(files)
    contents = [file.read_bytes() for file in files]
    assert all(contents[:2])
    assert write(results, tmp_path, CONTEXT) == files
    assert [file.read_bytes() for file in files] == contents


def test_formats_are_chosen_by_name_each_once() -> None:
    formats = REPORTS
    assert chosen("html, csv,html,") == [formats.get("html"), formats.get("csv")]
    with pytest.raises(UnknownNameError, match=r"Received: 'htm'.* 'html'"):
        chosen("csv,htm")
    with pytest.raises(UsageError, match=r"must name at least one of: .*geojson"):
        chosen(" , ")


def test_a_missing_package_is_said_before_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(REPORTS._items, "new", REPORTS.get("csv"))
    monkeypatch.setitem(REPORTS._needs, "new", "no_such_one")
    with pytest.raises(MissingExtraError, match=r'pip install "crackscope\[new\]"'):
        chosen("csv,new")
    monkeypatch.setitem(REPORTS._needs, "new", "json no_such_one")
    monkeypatch.setitem(REPORTS._extras, "new", "other")
    with pytest.raises(MissingExtraError, match=r'no_such_one .*"crackscope\[other\]"'):
        chosen("csv,new")


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def test_tables_hold_the_scalars_and_the_regions(tmp_path: Path) -> None:
    photos, regions = chosen("csv")[0](RESULTS, tmp_path, CONTEXT)
    first, last = rows(photos)[0], rows(photos)[-1]
    assert (first["path"], first["regions"], first["verdict"]) == ("a b.jpg", "1", "crack")
    assert float(first["score"]) == 0.1234567
    assert (last["status"], last["error_kind"], last["score"]) == ("failed", "truncated", "")
    assert rows(photos)[2]["path"] == "new\nline.jpg"
    assert len(rows(regions)) == len(ODD_NAMES)
    assert rows(regions)[0] == {
        "path": "a b.jpg", "id": "1", "x0": "0", "y0": "0", "x1": "10", "y1": "20",
        "score": "0.1234567", "mean_score": "", "area_px": "", "length_px": "",
    }  # fmt: skip


@pytest.mark.parametrize("prefix", ["=", "+", "-", "@", "\t", "\r", "\n", "|", "%"])
@pytest.mark.parametrize("name", ["csv", "yolo"])
def test_a_name_is_not_run_as_a_formula(name: str, prefix: str, tmp_path: Path) -> None:
    photo = f"{prefix}cmd.jpg"
    for results in ([scored(photo)], [cracked(photo)], [failed(photo)]):
        for file in chosen(name)[0](results, tmp_path, CONTEXT):
            if file.suffix == ".csv":
                assert not any(row.get("path", "'").startswith(prefix) for row in rows(file))
                assert not any(row.get("photo", "'").startswith(prefix) for row in rows(file))


def test_tables_have_seven_digits_but_places_and_times_have_theirs(tmp_path: Path) -> None:
    result = with_place(scored("a.jpg", 0.123456789012), 52.123456789, 13.987654321)
    photos, regions = chosen("csv")[0]([replace(result, seconds=0.123456789)], tmp_path, CONTEXT)
    (row,) = rows(photos)
    assert row["score"] == rows(regions)[0]["score"] == "0.1234568"
    place = (row["latitude"], row["longitude"], row["seconds"])
    assert place == ("52.123456789", "13.987654321", "0.123456789")
    assert photos.read_bytes().startswith(b"\xef\xbb\xbfpath,")


def test_errors_are_the_failed_lines(tmp_path: Path) -> None:
    write_errors(RESULTS, tmp_path)
    (only,) = map(json.loads, (tmp_path / "errors.jsonl").read_text().splitlines())
    assert only["error"] == {"kind": "truncated", "message": "cut <b>off</b>"}


def page(tmp_path: Path) -> str:
    (file,) = chosen("html")[0](RESULTS, tmp_path, CONTEXT)
    return file.read_text(encoding="utf-8")


def test_the_page_escapes_names_and_messages(tmp_path: Path) -> None:
    text = page(tmp_path)
    assert text.count("<script") == text.count("</script") == 1
    assert "<b>off" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;.jpg" in text
    assert "new\\nline.jpg" in text
    assert "ümläut ß.jpg" in text


def test_the_page_runs_its_own_script_alone_and_loads_nothing(tmp_path: Path) -> None:
    text = page(tmp_path)
    assert "http" not in text.replace("http-equiv", "")
    script = re.search("<script>(.*?)</script>", text, re.DOTALL)
    assert script is not None
    digest = base64.b64encode(hashlib.sha256(script[1].encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in text
    assert "default-src 'none'; img-src data:;" in text


def test_the_page_leads_to_the_overlays(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    context = replace(CONTEXT, folder=tmp_path)
    for dest, link in ((tmp_path, "overlays/100%25%23_.jpg"), (tmp_path / "elsewhere", "../o")):
        (file,) = chosen("html")[0](RESULTS, dest, context)
        assert f'href="{link}' in file.read_text(encoding="utf-8")


def test_the_page_names_model_threshold_and_what_failed(tmp_path: Path) -> None:
    text = page(tmp_path)
    for expected in ("m@1+abc", "threshold", "cut &lt;b&gt;off", "truncated", ">3<"):
        assert expected in text


def test_the_scale_of_the_page_is_that_of_the_overlays(tmp_path: Path) -> None:
    (gradient,) = re.findall(r"linear-gradient\(to right, (.*?)\)\"", page(tmp_path))
    shades = [
        tuple(map(int, shade)) for shade in re.findall(r"rgb\((\d+), (\d+), (\d+)\)", gradient)
    ]
    steps = len(shades) - 1
    assert steps >= 4
    assert shades == [colour.of_score(step / steps) for step in range(steps + 1)]


def test_the_page_says_how_many_photos_are_missing(tmp_path: Path) -> None:
    (file,) = chosen("html")[0](RESULTS[:3], tmp_path, CONTEXT)
    assert "5 of 8 photos are missing" in file.read_text(encoding="utf-8")
    assert "missing" not in page(tmp_path)


def test_the_worst_come_first() -> None:
    photos = [
        scored("d", 0.1, "no crack"),
        failed("f"),
        scored("b", 0.7, "crack"),
        scored("c", 0.9, "unsure"),
        scored("a", 0.99, "crack"),
    ]
    assert [result.path for result in worst_first(photos)] == ["a", "b", "c", "d"]


def test_the_summary_counts_and_names(tmp_path: Path) -> None:
    text = summarise(RESULTS, RESULTS[2:], 2.0, passed_over=3, skipped=2)
    assert "9 photos: 8 crack, 0 unsure, 0 no crack, 1 failed" in text
    assert "2 from an earlier run; 3 other files ignored; 2 folders or files skipped" in text
    assert "truncated  broken new\\nline.jpg" in text
    assert all(part.isprintable() for part in text.split("\n"))


def test_the_ledger_keeps_whole_lines_and_drops_a_half_one(tmp_path: Path) -> None:
    names = [result.path for result in RESULTS]
    with ResultsFile(tmp_path, names, resume=True) as ledger:
        for result in RESULTS[:4]:
            ledger.append(result)
    file = tmp_path / "results.jsonl"
    whole = file.read_bytes()
    file.write_bytes(whole + line(RESULTS[4]).encode()[:30])
    with ResultsFile(tmp_path, names, resume=True) as ledger:
        assert ledger.results() == RESULTS[:4]
        assert file.read_bytes() == whole
        for result in RESULTS[4:]:
            ledger.append(result)
    assert [json.loads(text)["path"] for text in file.read_text().splitlines()] == names
    with ResultsFile(tmp_path, names, resume=False) as ledger:
        assert ledger.results() == []
    assert file.read_bytes() == b""


@pytest.mark.parametrize(
    "damage", [b"\0" * 50 + b"\n", b"{}\n", b"[1]\n", b'{"status": "ok"}\n', b"\xff\n", b"null\n"]
)
def test_a_damaged_line_ends_what_is_kept(tmp_path: Path, damage: bytes) -> None:
    names = [result.path for result in RESULTS]
    rest = line(RESULTS[2]).encode()
    (tmp_path / "results.jsonl").write_bytes(line(RESULTS[0]).encode() + damage + rest)
    with ResultsFile(tmp_path, names, resume=True) as ledger:
        assert ledger.results() == RESULTS[:1]


def test_lines_of_other_photos_are_not_kept(tmp_path: Path) -> None:
    (tmp_path / "results.jsonl").write_text(line(RESULTS[1]) + line(RESULTS[0]))
    with ResultsFile(tmp_path, [RESULTS[0].path], resume=True) as ledger:
        assert ledger.results() == []


def test_results_are_read_without_a_half_written_line(tmp_path: Path) -> None:
    file = tmp_path / "results.jsonl"
    file.write_text("".join(map(line, RESULTS)) + line(RESULTS[0])[:20])
    assert [result.path for result in read(tmp_path)] == [result.path for result in RESULTS]
    file.write_text(line(RESULTS[0]) + "{}\n" + line(RESULTS[1]))
    with pytest.raises(UsageError, match="line 2, is damaged"):
        read(tmp_path)
    with pytest.raises(UsageError, match=r"results\.jsonl"):
        read(tmp_path / "gone")


def test_what_reports_need_is_kept(tmp_path: Path) -> None:
    context = replace(CONTEXT, folder=tmp_path)
    save(context)
    assert load(tmp_path) == context
    (tmp_path / "settings.json").write_text("[1]")
    with pytest.raises(UsageError, match="damaged"):
        load(tmp_path)
    with pytest.raises(UsageError, match="crackscope inspect"):
        load(tmp_path / "gone")


def test_a_line_gives_the_result_back() -> None:
    for result in RESULTS[:-1]:
        assert PhotoResult.from_dict(json.loads(line(result))) == result
    assert json.loads(line(scored("a", 1 / 3)))["score"] == 1 / 3


ODD_PARTS = [
    "..",
    ".",
    "CON",
    "nul.jpg",
    "a.jpg",
    "A.JPG",
    "a.jpg.jpg",
    "trail.",
    " ",
    "C:",
    "é",
    "é",
]
PARTS = st.sampled_from(ODD_PARTS) | st.text(
    st.characters(exclude_characters="/\0", exclude_categories=()), min_size=1, max_size=300
)
LONG_PARTS = st.builds(
    lambda sign, count, end: sign * count + end,
    st.sampled_from(["a", "é", "真", "𝄞", ". ", "a "]),
    st.integers(40, 300),
    st.sampled_from(["", ".jpg", ". "]),
)
PATHS = st.lists(PARTS | LONG_PARTS, min_size=1, max_size=4).map("/".join)


@given(
    paths=st.lists(PATHS, max_size=20),
    kind=st.sampled_from([(overlay_names, "overlays", ".jpg"), (mask_names, "masks", ".png")]),
)
def test_names_of_pictures_are_safe_and_never_collide(paths: list[str], kind: Any) -> None:
    make, room, suffix = kind
    names = make(paths)
    near = {close_up_name(name, number).casefold() for name in names for number in (1, 2)}
    assert len(near) == 2 * len(paths)
    assert len({name.casefold() for name in names}) == len(paths)
    folders = {
        "/".join(name.split("/")[:n]).casefold()
        for name in names
        for n in range(1, name.count("/") + 1)
    }
    assert not folders & {name.casefold() for name in names}
    for name in names:
        top, *parts = name.split("/")
        assert top == room
        assert name.endswith(suffix)
        for part in parts:
            assert part not in ("", ".", "..")
            assert not set(part) & set('<>:"|?*\\\n\r\t\0')
            assert part[-1] not in ". "
            assert part.split(".")[0].lower() not in ("con", "nul", "aux", "prn", "com1")
            assert len(part.encode()) <= 255


@pytest.mark.parametrize("letter", ["a", "é", "真", "𝄞"])
def test_names_of_any_length_fit_file_systems_and_stay_apart(letter: str, tmp_path: Path) -> None:
    paths = [f"{letter * count}/{letter * count}{n}.jpg" for count in (60, 250) for n in range(9)]
    for name in (*overlay_names(paths), *mask_names(paths)):
        file = tmp_path / close_up_name(name, 10_000)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(exist_ok=False)


@pytest.mark.parametrize(("letter", "count"), [("a", 196), ("é", 98), ("真", 65), ("𝄞", 49)])
def test_a_name_of_up_to_200_bytes_is_kept_whole(letter: str, count: int) -> None:
    path = f"{letter * count}.png/{letter * count}.png"
    assert overlay_names([path]) == [f"overlays/{path}.jpg"]
    assert mask_names([path.replace(".png", ".jpg")]) == [
        f"masks/{path}".replace(".png", ".jpg") + ".png"
    ]


def test_overlay_names_keep_the_path_and_the_extension() -> None:
    names = ["a.png", "a.jpg", "s/a.jpg", "A.PNG", "ä/b c.jpg", "b.JPG", "b.jpeg", "x.jpg.jpg", "a"]
    names += ["./c.png", "s//d.png", "/e.png", "/"]
    assert overlay_names(names) == [
        "overlays/a.png.jpg",
        "overlays/a.jpg",
        "overlays/s/a.jpg",
        "overlays/A.PNG (2).jpg",
        "overlays/ä/b c.jpg",
        "overlays/b.jpg",
        "overlays/b (2).jpg",
        "overlays/x.jpg.jpg",
        "overlays/a (2).jpg",
        "overlays/c.png.jpg",
        "overlays/s/d.png.jpg",
        "overlays/e.png.jpg",
        "overlays/_.jpg",
    ]


@given(st.text())
def test_printable_is_printable_and_says_the_same(name: str) -> None:
    shown = printable(name)
    assert shown.isprintable()
    shown.encode("utf-8")
    assert "".join(c if c.isprintable() else ascii(c)[1:-1] for c in name) == shown


@pytest.mark.parametrize(
    ("verdict", "kind"), [("crack", "crack"), ("unsure", "unsure"), ("no crack", "no-crack")]
)
def test_a_row_and_its_mark_on_the_map_have_the_colour_of_the_verdict(
    verdict: str, kind: str, tmp_path: Path
) -> None:
    """As one class: of two words, one is another verdict."""
    photos = [with_place(scored(name, verdict=verdict), -33.9, 18.4) for name in ("a", "b")]
    (file,) = chosen("html")[0](photos, tmp_path, CONTEXT)
    text = file.read_text(encoding="utf-8")
    assert re.findall(r'<tr id="p\d+" class="(.*?)"', text) == [kind, kind]
    assert set(re.findall(r'<a href="#p\d+".*?class="mark (.*?)"', text, re.DOTALL)) == {kind}


def test_photos_of_something_else_are_marked_and_counted(tmp_path: Path) -> None:
    results = [
        replace(scored("cat.jpg"), material="other"),
        replace(scored("wall.jpg"), material="concrete"),
        replace(scored("old.jpg"), material=None),
    ]
    for write in chosen("csv,html"):
        write(results, tmp_path, CONTEXT)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert page.count(" · not concrete?") == page.count('class="crack other"') == 1
    assert "not concrete? (1)" in page
    assert [row["surface"] for row in rows(tmp_path / "results.csv")] == ["other", "concrete", ""]
    text = summarise(results, results, 1.0)
    assert "1 photo possibly not concrete" in text
    assert text.count("(not concrete?)") == 1


def test_nothing_is_said_of_the_surface_where_all_is_concrete(tmp_path: Path) -> None:
    results = [replace(scored("wall.jpg"), material="concrete")]
    chosen("html")[0](results, tmp_path, CONTEXT)
    assert "not concrete" not in (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "concrete" not in summarise(results, results, 1.0)


def test_the_format_in_the_docs_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    formats = dict(REPORTS)
    monkeypatch.setattr(REPORTS, "_items", formats)
    monkeypatch.setattr(REPORTS, "_needs", dict(REPORTS._needs))
    document = Path(__file__).parents[2] / "docs" / "reports.md"
    text = document.read_text(encoding="utf-8")
    (code,) = re.findall("```python\n(.*?)```", text, re.DOTALL)
    exec(compile(code, "worst.py", "exec"), {"__name__": "worst"})
    (file,) = chosen("worst")[0](RESULTS, tmp_path, CONTEXT)
    assert file.read_text(encoding="utf-8").startswith("0.123  a b.jpg\n")
    assert len(file.read_text(encoding="utf-8").splitlines()) == len(ODD_NAMES)
    listed = re.findall(r"^\| `([\w-]+)` \|", text, re.MULTILINE)
    assert {"csv", "html"} <= set(listed) <= set(formats)
