"""Results, model.json, card and README tell the same figures, and the model fits the package."""

import re
from pathlib import Path

import numpy as np
import pytest

from crackscope import __version__
from crackscope.inspection.inspector import load
from crackscope.models import bundle, card

pytest.importorskip("scipy", reason="needs the extra [evaluate]")

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "benchmarks" / "results"


@pytest.fixture
def programs(monkeypatch):
    """The modules `figures` and `publish` of benchmarks/."""
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    import figures
    import publish

    return figures, publish


@pytest.fixture
def results(programs):
    """What was published, by name; empty where it was not."""
    _, publish = programs
    return {name: publish.read(RESULTS / f"{name}.json") for name in publish.NAMES}


def test_the_model_states_what_the_results_give(packaged, programs, results):
    _, publish = programs
    known_as = packaged.info["figures"]["known_as"]
    assert packaged.info == publish.described(packaged.info, results, known_as)


def test_the_card_is_made_from_the_model(packaged):
    text = packaged.file(bundle.CARD).read_text(encoding="utf-8")
    assert text == card.render(packaged.info)
    assert text.startswith(f"# Model card: crackscope {__version__}\n")
    for section in packaged.info["sections"]:
        assert f"## {section['title']}\n\n{section['text']}\n" in text


def test_every_result_is_of_this_model_at_its_own_thresholds(packaged, programs, results):
    known_as, thresholds = packaged.info["figures"]["known_as"], packaged.thresholds
    for name in programs[1].OF_THE_MODEL:
        assert results[name].get("model", known_as[0]) in known_as
    for kind in ("surfaces", "robustness"):
        for run in results["evaluations"].get(kind, {}).values():
            assert run["threshold"] == thresholds.upper
    for run in results["evaluations"].get("surfaces", {}).values():
        assert run["coverage"]["unsure"]["lower"] == thresholds.lower
    if results["lines"]:
        own = {"lower": thresholds.lower, "upper": thresholds.upper}
        assert results["lines"]["thresholds"] == own


def test_the_figures_of_int8_are_of_the_graph_in_the_package(packaged, results):
    found = results["int8"] or pytest.skip("none is published")
    assert found["made"] == packaged.info["int8"]
    assert found["bytes"] == packaged.file(bundle.INT8).stat().st_size


@pytest.mark.parametrize("name", ["README.md", "docs/figures.md"])
def test_readme_and_docs_show_the_figures_of_the_model(programs, results, name):
    _, publish = programs
    page = (ROOT / name).read_text(encoding="utf-8")
    assert page == publish.fill(page, publish.tables(results)[ROOT / name])


def test_the_short_table_takes_the_half_that_thresholds_were_not_chosen_by(programs, results):
    figures, _ = programs
    rows = figures.summary(results).splitlines()[2:]
    assert len(rows) == 5
    halved = [name for name, found in results["lines"]["figures"].items() if "odd" in found]
    assert halved
    for name in halved:
        assert all(row.endswith(f"{name}, odd half |") for row in rows if f"| {name}" in row)


def test_a_short_table_without_results_says_so(programs):
    figures, publish = programs
    empty = {name: {} for name in publish.NAMES}
    assert figures.summary(empty).count(figures.NOT_YET) == 5


def test_the_page_of_recipes_shows_study_and_comparison(programs):
    _, publish = programs
    study, compare = (publish.read(RESULTS / f"{name}.json") for name in ("study", "compare"))
    page = (ROOT / "docs" / "recipes.md").read_text(encoding="utf-8")
    assert page == publish.fill(page, publish.recipes.page(study, compare))


def test_the_model_fits_the_package(packaged, programs):
    _, publish = programs
    publish.check_sizes(packaged.folder)


def test_the_notice_and_the_page_of_its_data_name_every_part_of_it(packaged):
    notice, page = (
        " ".join((ROOT / name).read_text(encoding="utf-8").split())
        for name in ("NOTICE", "docs/training-data.md")
    )
    data = packaged.info["data"]
    assert "CC BY 4.0" in data["licence"]
    for text in (notice, page):
        for doi in ("10.17632/5y9wdsg2zt.2", "10.17632/jwsn7tfbrp.1"):
            assert doi in text
        for part in data.get("sets", ()):
            assert part["name"].partition(",")[0] in text or "listed in" in part["name"]
            assert part["licence"] in text
    files = re.findall(r"\| (?:polyhaven|nobiax)_(\w+)\.jpg \|", page)
    assert len(files) == 72
    for name in files:
        assert re.search(rf"\b{name}\b", notice), name


def test_the_model_still_gives_its_golden_scores(packaged):
    golden = packaged.arrays(bundle.GOLDEN)
    scores = load(bundle.PACKAGED, "cpu").runtime(golden["pixels"])
    np.testing.assert_allclose(scores, golden["scores"], atol=1e-5)
