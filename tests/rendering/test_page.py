import re
from html.parser import HTMLParser

import pytest

from crackscope.rendering.colour import luminance, of_score
from crackscope.rendering.markup import data_uri
from crackscope.rendering.page import (
    Picture,
    Section,
    Shade,
    Table,
    Text,
    link,
    render,
)

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=y>&amp;\n"


class Seen(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.attributes = [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]


def parse(html):
    seen = Seen()
    seen.feed(html)
    return seen


def full_page():
    items = [
        Text(HOSTILE),
        Table([HOSTILE, "n"], [[HOSTILE, 3]], caption=HOSTILE),
        Picture(data_uri(b"\x89PNG"), alt=HOSTILE, caption=HOSTILE),
        Picture(link(f"overlays/a b#?{HOSTILE}.jpg"), alt="an overlay"),
    ]
    return render(HOSTILE, [Section(HOSTILE, items)])


def test_hostile_text_makes_no_markup():
    seen = parse(full_page())
    assert "script" not in seen.tags
    assert seen.tags.count("img") == 2
    assert not [name for _, name, _ in seen.attributes if name.startswith("on")]


def test_the_page_loads_nothing_from_elsewhere():
    html = full_page()
    sources = [value for _, name, value in parse(html).attributes if name in ("src", "href")]
    assert [source[:5] for source in sources] == ["data:", "./ove"]
    assert not re.search(r"(https?:)?//\w", html)
    assert "default-src 'none'" in html


def test_links_are_quoted():
    assert link("a b/ü#1?.jpg") == "./a%20b/%C3%BC%231%3F.jpg"
    assert link("javascript:x") == "./javascript%3Ax"


def test_the_page_works_with_screen_readers():
    seen = parse(full_page())
    assert ("html", "lang", "en") in seen.attributes
    assert {"main", "h1", "h2", "caption", "figcaption"} <= set(seen.tags)
    assert ("th", "scope", "col") in seen.attributes
    images = [name for tag, name, _ in seen.attributes if tag == "img"]
    assert images.count("alt") == 2


def test_a_row_of_the_wrong_length_raises():
    with pytest.raises(ValueError, match="2 cells"):
        Table(["a", "b"], [["1"]])


def contrast(style):
    """Of ink and background (WCAG 2), from the CSS."""
    background, ink = re.fullmatch(r"background: rgb\((.*)\); color: #(000|fff)", style).groups()
    lights = [luminance(tuple(map(int, background.split(",")))), float(ink == "fff")]
    return (max(lights) + 0.05) / (min(lights) + 0.05)


def test_a_shaded_cell_can_be_read_on_every_colour_and_in_grey():
    shades = [Shade(HOSTILE, HOSTILE, step / 100) for step in range(101)]
    assert min(contrast(shade.style) for shade in shades) > 4.5
    light = [luminance(of_score(shade.value)) for shade in shades]
    assert light == sorted(light)


def test_a_shaded_cell_is_text_and_a_value_without_colour_has_none():
    html = render("t", [Section("s", [Table(["a", "b"], [["x", Shade(HOSTILE, HOSTILE, 0.5)]])])])
    assert "script" not in parse(html).tags
    assert "background: rgb(" in html
    assert "rgb(" not in render("t", [Section("s", [Table(["a", "b"], [["x", Shade("–")]])])])
    with pytest.raises(ValueError, match="between 0 and 1"):
        Shade("x", value=1.2)
