"""report.html in a headless Chromium without a network: it works, is quiet, and is accessible."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from crackscope.reporting import chosen
from crackscope.reporting.context import Cover
from crackscope.reporting.names import close_up_name
from support_cracks import cracked
from support_measured import measured
from support_pictures import encode, noise
from support_reports import LOGO, failed, inspected, scored, with_place

sync_api = pytest.importorskip("playwright.sync_api")
axe = pytest.importorskip("axe_playwright_python.sync_playwright")

BROWSER = next(filter(None, map(shutil.which, ("chromium", "google-chrome", "chrome"))), None)
pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium to open the page with")

LONG = f"{'a' * 90}/{'b' * 90}.jpg"
RESULTS = [
    with_place(scored("tower/b 10.jpg", 0.91), 52.5, 13.4, day=3),
    with_place(scored("tower/b 9.jpg", 0.97), 52.5005, 13.4004, day=1),
    with_place(scored('"><script>alert(1)</script>.jpg', 0.4, "unsure"), 52.501, 13.4, day=2),
    replace(scored("deck/a.jpg", 0.02, "no crack"), material="other"),
    failed("broken.jpg"),
]
CARD = "# Card\n\n## Data\n\n| | b |\n|---|---|\n| c | 0.5 |\n\n- [link](https://example.org)\n"
SHOWN = (
    "[...document.querySelectorAll('#rows > tr')].filter(r => !r.hidden).map(r => r.dataset.name)"
)
BOTH = ["tower/b 9.jpg", "tower/b 10.jpg"]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page alone in a folder, as it is after it was mailed."""
    folder, elsewhere = (tmp_path_factory.mktemp(name) for name in ("results", "mailed"))
    (page,) = chosen("html")[0](RESULTS, folder, inspected(folder, RESULTS, CARD))
    return page.rename(elsewhere / page.name)


COVER = Cover("T" * 120, "<script>alert(2)</script>", "中文 שלום", "A & B", "today", LOGO)
CRACKED = [
    cracked(LONG, 0.9),
    with_place(cracked("tower/b 10.jpg", 0.91), 52.5, 13.4),
    cracked('"><script>alert(1)</script>.jpg', 0.4),
    cracked("deck/a.jpg", 0.02, lines=False),
]


@pytest.fixture(scope="module")
def cracks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a model with lines, alone in a folder."""
    folder, elsewhere = (tmp_path_factory.mktemp(name) for name in ("results", "mailed"))
    context = replace(inspected(folder, CRACKED, CARD), cover=COVER)
    (page,) = chosen("html")[0](CRACKED, folder, context)
    return page.rename(elsewhere / page.name)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Any, file: Path) -> Iterator[Any]:
    """The page, open; whatever it complains of or asks for fails the test."""
    yield from opened(browser, file)


@pytest.fixture
def crack_page(browser: Any, cracks: Path) -> Iterator[Any]:
    """The same of the page with cracks."""
    yield from opened(browser, cracks)


def opened(browser: Any, file: Path) -> Iterator[Any]:
    context = browser.new_context(offline=True)
    page = context.new_page()
    trouble: list[str] = []
    page.on("console", lambda message: trouble.append(message.text))
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("request", lambda request: trouble.append(request.url))
    page.goto(file.as_uri())
    yield page
    allowed = (file.as_uri(), "data:image/jpeg")
    assert [text for text in trouble if not text.startswith(allowed)] == []
    context.close()


def test_the_worst_come_first_and_all_is_shown(page: Any) -> None:
    assert page.evaluate(SHOWN) == [*BOTH, RESULTS[2].path, "deck/a.jpg"]
    assert page.get_by_role("status").inner_text() == "4 of 4 photos shown"
    assert page.locator("#rows img").evaluate_all("all => all.every(i => i.naturalWidth === 120)")


def test_photos_are_filtered_by_verdict_and_by_name(page: Any) -> None:
    page.get_by_label("Show").select_option("crack")
    assert page.evaluate(SHOWN) == BOTH
    assert page.get_by_role("status").inner_text() == "2 of 4 photos shown"
    page.get_by_label("Name contains").fill("B 9")
    assert page.evaluate(SHOWN) == BOTH[:1]
    page.get_by_label("Name contains").fill("")
    page.get_by_label("Show").select_option("no-crack")
    assert page.evaluate(SHOWN) == ["deck/a.jpg"]
    page.get_by_label("Show").select_option("other")
    assert page.evaluate(SHOWN) == ["deck/a.jpg"]


@pytest.mark.parametrize(
    ("column", "order"),
    [("Photo", [2, 3, 1, 0]), ("Score", [1, 0, 2, 3]), ("Taken", [1, 2, 0, 3])],
)
def test_photos_are_sorted_by_the_head_of_a_column(
    page: Any, column: str, order: list[int]
) -> None:
    """Numbers in names count as such; what was taken at no known time comes last."""
    names = [RESULTS[index].path for index in order]
    head = page.locator("th", has=page.get_by_role("button", name=column, exact=True))
    head.get_by_role("button").press("Enter")
    assert page.evaluate(SHOWN) == names
    first = head.get_attribute("aria-sort")
    assert page.locator(".photos [aria-sort]").count() == 1
    head.get_by_role("button").press("Enter")
    assert {first, head.get_attribute("aria-sort")} == {"ascending", "descending"}
    backwards = [*names[:3][::-1], names[3]] if column == "Taken" else names[::-1]
    assert page.evaluate(SHOWN) == backwards


def test_the_heat_map_is_toggled_for_one_photo_and_for_all(page: Any) -> None:
    heat = page.locator("#rows img.heat")
    one = page.get_by_role("button", name="Heat map of tower/b 9.jpg")
    assert heat.nth(0).is_visible()
    one.click()
    assert (one.get_attribute("aria-pressed"), heat.nth(0).is_visible()) == ("false", False)
    assert heat.nth(1).is_visible()
    page.get_by_role("button", name="Heat maps").click()
    assert not any(heat.nth(index).is_visible() for index in range(4))
    page.get_by_role("button", name="Heat maps").click()
    assert all(heat.nth(index).is_visible() for index in range(4))


def test_the_map_leads_to_the_photos(page: Any) -> None:
    points = page.locator("section[aria-labelledby=map] svg a")
    assert points.count() == 3
    titles = points.locator("title").all_text_contents()
    assert titles[-1] == "tower/b 9.jpg: crack, 0.970"
    points.nth(2).click()
    assert page.url.endswith("#p1")
    north = [points.nth(index).bounding_box()["y"] for index in (0, 2, 1)]
    assert north == sorted(north), "north is up"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_fault(page: Any, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)
    found = axe.Axe().run(page).response["violations"]
    assert [(fault["id"], fault["impact"], fault["nodes"][0]["html"]) for fault in found] == []


def test_without_scripts_everything_is_there_and_no_dead_button(browser: Any, file: Path) -> None:
    context = browser.new_context(offline=True, java_script_enabled=False)
    page = context.new_page()
    page.goto(file.as_uri())
    assert page.locator("#rows > tr").count() == 4
    assert page.locator("#rows img.heat").first.is_visible()
    for control in page.locator("button, select, input").all():
        assert not control.is_visible()
    context.close()


def test_it_prints_every_photo(page: Any, tmp_path: Path) -> None:
    pypdf = pytest.importorskip("pypdf")
    page.pdf(path=tmp_path / "print.pdf", format="A4")
    reader = pypdf.PdfReader(tmp_path / "print.pdf")
    text = "\n".join(sheet.extract_text() for sheet in reader.pages)
    for part in ("tower/b 10.jpg", "deck/a.jpg", "broken.jpg", "0.910", "appendix"):
        assert part in text
    for part in ("photos shown", "Data"):
        assert part not in text


def test_the_card_is_folded_until_somebody_opens_it(page: Any, tmp_path: Path) -> None:
    pypdf = pytest.importorskip("pypdf")
    card = page.locator("#card")
    assert not card.is_visible()
    page.get_by_role("link", name="Appendix").click()
    assert card.is_visible()
    page.pdf(path=tmp_path / "print.pdf", format="A4")
    text = pypdf.PdfReader(tmp_path / "print.pdf").pages[-1].extract_text()
    assert "Data" in text


def test_scores_are_explained_where_they_stand(crack_page: Any) -> None:
    terms = crack_page.locator(".terms dt").all_text_contents()
    assert {"Score of a photo", "Score of a crack", "Unsure", "Severity"} <= set(terms)
    of_photo = crack_page.locator("#p1 > td .term").first
    assert "At 0.5 or above the verdict is crack" in of_photo.get_attribute("title")
    of_crack = crack_page.locator(".cracks .term").first
    assert of_crack.inner_text().startswith("score 0.910")
    assert "that this is a crack" in of_crack.get_attribute("title")


@pytest.mark.parametrize("width", [390, 1300])
@pytest.mark.parametrize("kind", ["file", "cracks"])
def test_nothing_scrolls_sideways(
    browser: Any, kind: str, width: int, request: pytest.FixtureRequest
) -> None:
    context = browser.new_context(offline=True, viewport={"width": width, "height": 800})
    page = context.new_page()
    page.goto(request.getfixturevalue(kind).as_uri())
    page.evaluate("document.querySelector('details').open = true")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    cut = "e => e.scrollWidth > e.clientWidth + 1"
    for table in page.locator("table:not(.wide table)").all():
        assert not table.evaluate(cut)
    context.close()


def test_each_crack_is_shown_from_near_at_its_own_size(crack_page: Any) -> None:
    near = crack_page.locator(".cracks img")
    assert near.count() == 9
    sizes = near.evaluate_all("all => all.map(i => [i.naturalWidth, i.width, i.height])")
    assert sizes == [[64, 64, 48]] * 9
    first = crack_page.locator(".cracks li").first.inner_text()
    for part in ("Crack 3", "score 0.910", "px long", "2 branches", "median width"):
        assert part in first
    button = crack_page.get_by_role("button", name="Cracks of deck/a.jpg")
    button.click()
    assert button.get_attribute("aria-pressed") == "false"


def test_photos_are_sorted_by_the_number_of_cracks(crack_page: Any) -> None:
    crack_page.locator("thead").get_by_role("button", name="Cracks").click()
    assert crack_page.evaluate(SHOWN)[-1] == "deck/a.jpg"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1400, 400])
def test_axe_finds_no_fault_with_cracks(crack_page: Any, scheme: str, width: int) -> None:
    crack_page.set_viewport_size({"width": width, "height": 900})
    crack_page.emulate_media(color_scheme=scheme)
    found = axe.Axe().run(crack_page).response["violations"]
    assert [(fault["id"], fault["impact"], fault["nodes"][0]["html"]) for fault in found] == []
    assert crack_page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.fixture(scope="module")
def widths(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of photos with a scale whose cracks have widths."""
    folder = tmp_path_factory.mktemp("measured")
    photo = measured("a.jpg", {"p95": 0.32, "p95_u95": 0.05}, {"below": 0.08}, None)
    results = [replace(photo, width=1600, height=1200)]
    context = inspected(folder, results, CARD)
    close_up = folder / close_up_name(context.overlays["a.jpg"], 3)
    close_up.write_bytes(encode(noise(320, 240)))
    return chosen("html")[0](results, folder, context)[0]


@pytest.mark.parametrize("width", [1300, 390])
@pytest.mark.parametrize("media", ["screen", "print"])
def test_a_scale_bar_lies_on_its_picture(
    browser: Any, widths: Path, width: int, media: str
) -> None:
    """As large as the picture, so that its length is that of the picture's pixels."""
    context = browser.new_context(offline=True, viewport={"width": width, "height": 900})
    page = context.new_page()
    page.goto(widths.as_uri())
    page.emulate_media(media=media)
    bars = page.locator(".bar")
    assert bars.count() == 2
    assert page.get_by_role("img", name="Scale bar: 20 mm").count() == 1
    scaled = """bar => {
        const picture = bar.parentNode.querySelector("img:not(.heat)") ;
        const shown = Math.min(picture.clientWidth / picture.naturalWidth,
                               picture.clientHeight / picture.naturalHeight);
        const a = bar.getBoundingClientRect(), b = picture.getBoundingClientRect();
        return [bar.getScreenCTM().a / shown, a.left - b.left, a.top - b.top];
    }"""
    for index in range(2):
        ratio, x, y = bars.nth(index).evaluate(scaled)
        assert ratio == pytest.approx(1, abs=0.02)
        assert (x, y) == pytest.approx((0, 0), abs=1)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    if media == "screen":
        found = axe.Axe().run(page).response["violations"]
        assert [(fault["id"], fault["nodes"][0]["html"]) for fault in found] == []
    context.close()
