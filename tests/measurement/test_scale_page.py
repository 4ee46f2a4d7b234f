"""The scale page: offline, safe with hostile names; its clicks come back as scales."""

import html
import re
import shutil
import subprocess

import numpy as np
import pytest
from PIL import Image

from crackscope.measurement.scale.rectangle import Rectangle
from crackscope.measurement.scale.table import read_table
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


@pytest.mark.skipif(BROWSER is None, reason="no Chromium to open the page with")
def test_clicks_and_keys_give_the_table_that_inspect_reads(tmp_path):
    (tmp_path / "photos").mkdir()
    for name in "ab":
        picture = Image.fromarray(np.full((300, 400, 3), 128, np.uint8))
        picture.save(tmp_path / "photos" / f"{name}.jpg")
    page = render("site", "here", SHOTS, {}).replace("</body>", SCRIPT)
    file = tmp_path / "scale.html"
    file.write_text(page, encoding="utf-8")
    flags = ["--headless=new", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'u'}"]
    shown = subprocess.run(
        [BROWSER, *flags, "--virtual-time-budget=2000", "--dump-dom", file.as_uri()],
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=True,
    ).stdout
    body = html.unescape(re.search(r'<pre id="out">(.*?)</pre>', shown, re.DOTALL)[1])
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
