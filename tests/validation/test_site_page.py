"""The labelling page: self-contained, safe with hostile names, and worked by two keys."""

import html
import re
import shutil
import subprocess

import numpy as np
import pytest

from crackscope.types import Box
from crackscope.validation import labels, page
from crackscope.validation.labels import Labels
from support_pictures import noise

HOSTILE = '"</script><script>alert(1)</script>,\n&é'
WINDOWS = [
    ("a.jpg", Box(0, 0, 64, 64)),
    (HOSTILE, Box(64, 32, 128, 96)),
    ("a.jpg", Box(64, 0, 128, 64)),
    ("a.jpg", Box(136, 36, 200, 100)),
]
BROWSER = next(filter(None, map(shutil.which, ("chromium", "google-chrome", "chrome"))), None)


def keys():
    return [labels.key_of(path, box) for path, box in WINDOWS]


def rendered(known=None):
    reads = []

    def read(path):
        reads.append(path)
        return noise(200, 100, len(reads))

    text = page.render(HOSTILE, "run", WINDOWS, Labels(known or {}, frozenset()), read)
    assert sorted(reads) == sorted({path for path, _ in WINDOWS}), "every photo is read once"
    return text


def test_the_page_refers_to_nothing_outside():
    text = rendered()
    bare = re.sub(r'"picture": "[A-Za-z0-9+/=]*"', "", text)
    assert len(text) - len(bare) > 1000
    assert re.findall(r"https?:|//[a-z]|@import|url\(|<link|<iframe|fetch\(|XMLHttp", bare) == []
    assert re.findall(r'\bsrc="(?!data:)', bare) == []
    assert "default-src 'none'" in bare


def test_a_name_cannot_leave_its_string():
    text = rendered()
    assert text.count("<script>") == text.count("</script>") == 1
    assert "alert(1)</script>" not in text


def test_the_scores_are_not_shown():
    assert "score" not in rendered().lower()


def test_what_is_around_a_window_ends_with_the_photo():
    assert page.around(Box(0, 0, 64, 64), 200, 100).to_list() == [0, 0, 96, 96]
    assert page.around(Box(136, 36, 200, 100), 200, 100).to_list() == [104, 4, 200, 100]


def test_the_frame_lies_where_the_window_is():
    frames = re.findall(r'"frame": \[([^\]]*)\]', rendered())
    first = [float(side) for side in frames[0].split(",")]
    assert np.allclose(first, [0, 0, 100 * 64 / 96, 100 * 64 / 96], atol=0.01)


SCRIPT = """<script>
const press = (key) => dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
for (const key of ["x", "j", "F", "ArrowLeft", " ", "j"]) press(key);
const kept = JSON.parse(localStorage.getItem(STORE));
const out = document.createElement("pre");
out.id = "out";
out.textContent = [JSON.stringify(Object.values(kept)), byId("count").textContent, csv()].join("|");
document.body.append(out);
</script></body>"""


@pytest.mark.skipif(BROWSER is None, reason="no Chromium to open the page with")
def test_two_keys_label_and_the_saved_csv_is_read_again(tmp_path):
    file = tmp_path / "label.html"
    file.write_text(rendered({keys()[3]: 0}).replace("</body>", SCRIPT), encoding="utf-8")
    flags = ["--headless=new", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'u'}"]
    shown = subprocess.run(
        [BROWSER, *flags, "--virtual-time-budget=2000", "--dump-dom", file.as_uri()],
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=True,
    ).stdout
    body = html.unescape(re.search(r'<pre id="out">(.*?)</pre>', shown, re.DOTALL)[1])
    kept, count, csv = body.split("|", 2)
    assert sorted(kept.strip("[]").split(",")) == ['"crack"'] * 2 + ['"sound"', '"unsure"']
    assert count.startswith("4 of 4 labelled")
    found = labels.read(csv.encode(), "labels.csv")
    assert found.known == {keys()[0]: 1, keys()[2]: 1, keys()[3]: 0}
    assert found.unsure == {keys()[1]}
