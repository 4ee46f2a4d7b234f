import pytest

from crackscope.rendering.markup import from_markdown

CARD = """\
# A card

**Bold**, `code`, [a link](https://example.org), <script>alert(1)</script>

| | value |
|---|---|
| recall | 0.9 |

- one
- two
"""


def test_a_card_becomes_html_below_its_heading() -> None:
    text = from_markdown(CARD, heading=3)
    for part in ("<h3>A card</h3>", "<strong>Bold</strong>", "<td>recall</td>", "<li>two</li>"):
        assert part in text
    assert "<td></td>\n<th>value</th>" in text, "a head without words is no head"
    assert '<div class="wide" tabindex="0"' in text


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "![p](https://example.org/p.png)",
        "[x](javascript:alert(1))",
        '<div onclick="alert(1)">\nx\n</div>',
    ],
)
def test_nothing_in_a_card_runs_or_loads(hostile: str) -> None:
    text = from_markdown(hostile, heading=3)
    for part in ("<script", "<img", "<div onclick", 'href="javascript'):
        assert part not in text


def test_headings_end_at_six() -> None:
    assert from_markdown("###### deep", heading=3) == "<h6>deep</h6>\n"
