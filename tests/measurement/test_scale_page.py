"""The scale page: offline, safe with hostile names; its clicks come back as scales."""

import html
import re
import shutil
import subprocess

import numpy as np
import pytest
from PIL import Image

from crackscope.errors import UsageError
from crackscope.measurement.scale.rectangle import Rectangle
from crackscope.measurement.scale.table import read_table, row_of
from crackscope.measurement.scale.two_points import TwoPoints
from crackscope.measurement.scale_page import Shot, marked, render

HOSTILE = '"</script><script>alert(1)</script>,\n&é.jpg'
SHOTS = [
    Shot("site/a.jpg", "photos/a.jpg", 400, 300),
    Shot(HOSTILE, "photos/b.jpg", 400, 300),
    Shot("=site/c.jpg", "photos/b.jpg", 800, 600),
]
BROWSER = next(filter(None, map(shutil.which, ("chromium", "google-chrome", "chrome"))), None)


def table(*rows):
    head = "path,mm_per_px,u95,two_points,corners,click_px,photo_size\n"
    return read_table((head + "".join(f"{row}\n" for row in rows)).encode(), "scales.csv")


def test_the_page_refers_to_nothing_outside():
    text = render(HOSTILE, "here", SHOTS, {})
    assert re.findall(r"https?:|//[a-z]|@import|url\(|<link|<iframe|fetch\(|XMLHttp", text) == []
    assert "default-src 'none'" in text


def test_a_name_cannot_leave_its_string():
    text = render(HOSTILE, HOSTILE, SHOTS, {})
    assert text.count("<script>") == text.count("</script>") == 1
    assert "alert(1)</script>" not in text


def test_what_is_marked_is_of_the_photo_as_it_is():
    known = table('site/a.jpg,,,"1,2,301,2=100",,1.5,400x300', "site,0.1,,,,,")
    assert marked(SHOTS[0], known).click_px == 1.5
    assert marked(Shot("site/a.jpg", "", 300, 400), known) is None, "the photo was turned since"
    assert marked(Shot("site/b.jpg", "", 400, 300), known) is None
    assert '"points": [[1.0, 2.0, 1.5], [301.0, 2.0, 1.5]]' in render("s", "h", SHOTS, known)


KNOWN = [
    "site,0.125,0.01,,,,",
    "site/b.jpg,0.5,,,,,",
    'old.jpg,,,,"1,2,30.5,2,30,40,1,40=297x210.25",2,40x50',
    'old2.jpg,,,"1,2,30.5,2=3",,,',
]


def test_a_row_is_written_as_it_is_read():
    known = table(*KNOWN)
    rows = [",".join(f'"{cell}"' for cell in row_of(path, entry)) for path, entry in known.items()]
    assert table(*rows) == known


SCRIPT = """<script>
const tap = (x, y) => {
  const view = byId("view").getBoundingClientRect();
  const [clientX, clientY] = onScreen([x, y]).map((v, i) => v + (i ? view.top : view.left));
  for (const type of ["pointerdown", "pointerup"])
    byId("view").dispatchEvent(new PointerEvent(type, { clientX, clientY, pointerId: 7, pointerType: "mouse", button: 0 }));
};
const press = (key, shiftKey = false) => dispatchEvent(new KeyboardEvent("keydown", { key, shiftKey, bubbles: true }));
const length = (place, text) => { byId(`length${place}`).value = text; byId(`length${place}`).dispatchEvent(new Event("input")); };
addEventListener("load", () => {
  zoomAt(0, 0, 2 / seen.zoom);
  const words = [];
  tap(20, 30); tap(90, 90); press("u"); words.push(byId("state").textContent);
  tap(180, 100); press("ArrowRight", true); length(0, "12,5");
  words.push(byId("state").textContent);
  press("n"); press("4"); zoomAt(0, 0, 1 / seen.zoom);
  for (const [x, y] of [[50, 50], [350, 60], [340, 250], [60, 240]]) tap(x, y);
  length(0, "297"); length(1, "210");
  press("n"); press("Enter");
  const out = document.createElement("pre");
  out.id = "out";
  out.textContent = [Object.keys(JSON.parse(localStorage.getItem(STORE))).length, ...words, byId("count").textContent, csv()].join("|");
  document.body.append(out);
});
</script></body>"""  # noqa: E501


def shown(folder, content, script, before=""):
    """What a script on the page of `content`, photos and table, writes; `before` runs first."""
    (folder / "photos").mkdir()
    for name in "ab":
        picture = Image.fromarray(np.full((300, 400, 3), 128, np.uint8))
        picture.save(folder / "photos" / f"{name}.jpg")
    page = render("site", "here", *content).replace("</body>", script)
    page = page.replace("recall();\n", f"{before}\nrecall();\n")
    file = folder / "scale.html"
    file.write_text(page, encoding="utf-8")
    flags = ["--headless=new", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'u'}"]
    text = subprocess.run(
        [BROWSER, *flags, "--virtual-time-budget=2000", "--dump-dom", file.as_uri()],
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=True,
    ).stdout
    return html.unescape(re.search(r'<pre id="out">(.*?)</pre>', text, re.DOTALL)[1])


OUT = """
  const out = document.createElement("pre");
  out.id = "out";
  out.textContent = [...words, byId("count").textContent, csv()].join("|");
  document.body.append(out);
"""
KEPT = """
localStorage.setItem(STORE, JSON.stringify({
  "site/a.jpg": { kind: 2, points: [], lengths: ["", ""] },
  "site/b.jpg": { kind: 2, points: null, lengths: 7 },
}));"""


@pytest.mark.skipif(BROWSER is None, reason="no Chromium to open the page with")
def test_saving_again_loses_no_row_of_the_table(tmp_path):
    """Nor does an empty mark in the browser, or one of another version."""
    rows = ['site/a.jpg,,,"1,2,301,2=100.125",,1.5,400x300', *KNOWN]
    shots = [SHOTS[0], Shot("site/b.jpg", "photos/b.jpg", 400, 300)]
    script = f"<script>const words = [];{OUT}</script></body>"
    count, csv = shown(tmp_path, (shots, table(*rows)), script, KEPT).split("|")
    assert count == "1 of 2 marked"
    assert read_table(csv.encode(), "scales.csv") == table(*rows)


FAULTS = """<script>
const words = [];
for (const [kind, points] of [
  [2, [[10, 10], [11, 10]]], [2, [[10, 10], [210, 10]]],
  [4, [[10, 10], [210, 10], [10, 210], [210, 210]]], [4, [[10, 10], [110, 10], [210, 11], [10, 210]]],
  [4, [[10, 10], [210, 10], [210, 210], [10, 210]]], [4, [[10, 210], [210, 210], [210, 10], [10, 10]]],
]) {
  marks["site/a.jpg"] = { kind, points: points.map(([x, y]) => [x, y, 1.5]), lengths: ["9", "9"] };
  words.push(`${fault(marks["site/a.jpg"]).slice(0, 10)},${isDone(marks["site/a.jpg"])}`);
}
marks["site/a.jpg"] = { kind: 4, points: [[10, 10, 1], [210, 10, 1], [10, 210, 1], [210, 210, 1]], lengths: ["9", "9"] };
"""  # noqa: E501


@pytest.mark.skipif(BROWSER is None, reason="no Chromium to open the page with")
def test_points_that_no_scale_can_be_measured_by_are_not_saved(tmp_path):
    """One row of crossing sides would make the whole table invalid."""
    script = f"{FAULTS}tell();{OUT}</script></body>"
    *told, count, csv = shown(tmp_path, (SHOTS[:1], {}), script).split("|")
    assert told == ["The points,false", ",true", *["Sides cros,false"] * 2, *[",true"] * 2]
    assert count == "0 of 1 marked"
    with pytest.raises(UsageError, match="it has no rows with one"):
        read_table(csv.encode(), "scales.csv")


@pytest.mark.skipif(BROWSER is None, reason="no Chromium to open the page with")
def test_clicks_and_keys_give_the_table_that_inspect_reads(tmp_path):
    body = shown(tmp_path, (SHOTS, {}), SCRIPT)
    kept, before, after, count, csv = body.split("|", 4)
    assert (kept, before, count) == ("3", "Mark 1 more point.", "2 of 3 marked")
    assert after.startswith("176 px are 12.5 mm: about 0.07120 mm per px")
    found = read_table(csv.encode(), "scales.csv")
    assert set(found) == {"site/a.jpg", HOSTILE}, "the third photo has one point only"
    two, four = found["site/a.jpg"], found[HOSTILE]
    assert isinstance(two.points, TwoPoints)
    assert np.allclose([*two.points.first, *two.points.second], [20, 30, 181, 100], atol=0.02)
    assert (two.points.mm, two.points.click_px, two.size) == (12.5, 1.0, (400, 300))
    assert isinstance(four.points, Rectangle)
    assert np.allclose(four.points.corners[2], (340, 250), atol=0.02)
    assert (four.points.width_mm, four.points.height_mm) == (297, 210)
    assert four.points.click_px == 1.5, "as on the screen"
