"""Results, model.json, card and README tell the same figures, and the model fits the package."""

import json
from pathlib import Path

import numpy as np
import pytest

from crackscope import __version__
from crackscope.inspection.inspector import load
from crackscope.models import bundle, card

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "benchmarks" / "results"


@pytest.fixture
def programs(monkeypatch):
    """The modules `figures` and `publish` of benchmarks/."""
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    import figures
    import publish

    return figures, publish


def results(name):
    """What was published; empty where it was not."""
    path = RESULTS / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


@pytest.fixture
def evaluations():
    """The published runs of `crackscope evaluate`."""
    return results("evaluations") or pytest.skip("none is published")


def test_the_model_states_what_the_benchmarks_measured(packaged, programs):
    figures, _ = programs
    stated = packaged.info["figures"]
    expected = figures.summarise(results("study"), results("compare"), stated["trained_as"])
    assert stated == expected


def test_the_model_carries_the_sections_that_the_results_give(packaged, programs):
    _, publish = programs
    found = {name: results(name) for name in ("evaluations", "surface", "photos", "int8")}
    expected = publish.described(packaged.info["figures"], found)
    assert packaged.info["sections"] == expected


def test_the_card_is_made_from_the_model(packaged):
    text = packaged.file(bundle.CARD).read_text(encoding="utf-8")
    assert text == card.render(packaged.info)
    assert text.startswith(f"# Model card: crackscope {__version__}\n")
    for section in packaged.info["sections"]:
        assert f"## {section['title']}\n\n{section['text']}\n" in text


def test_every_evaluation_is_of_this_model_at_its_own_thresholds(packaged, evaluations):
    stated = packaged.info["figures"]["trained_as"]
    assert evaluations["model"] == stated
    assert results("surface").get("model", stated) == stated
    assert results("photos").get("model", stated) == stated
    for kind in ("surfaces", "robustness"):
        for run in evaluations[kind].values():
            assert run["threshold"] == packaged.thresholds.upper
    for run in evaluations["surfaces"].values():
        assert run["coverage"]["unsure"]["lower"] == packaged.thresholds.lower


def test_the_figures_of_int8_are_of_the_graph_in_the_package(packaged):
    found = results("int8") or pytest.skip("none is published")
    assert found["made"] == packaged.info["int8"]
    assert found["bytes"] == packaged.file(bundle.INT8).stat().st_size


def test_study_and_evaluation_tell_the_same_of_the_same_data(packaged, evaluations):
    measured = packaged.info["figures"]["own"]["surfaces"]
    for name, data in results("study")["surfaces"].items():
        run = evaluations["surfaces"][name]
        assert run["data"]["hash"] == data["sha256"]
        for figure, value in measured[name].items():
            assert run["metrics"][figure]["value"] == pytest.approx(value["value"], abs=0.003)


def test_the_readme_shows_the_table_of_the_model(packaged, programs):
    figures, publish = programs
    page = (ROOT / "README.md").read_text(encoding="utf-8")
    assert page == publish.fill(page, figures.page(packaged.info["figures"]))


def test_the_model_fits_the_package(packaged, programs):
    _, publish = programs
    publish.check_sizes(packaged.folder)


def test_data_and_weights_are_known_by_their_hashes(packaged):
    stated = packaged.info["figures"]
    assert packaged.info["data"]["name"] == "metu"
    assert packaged.info["data"]["hash"] == stated["data"]["sha256"]
    assert stated["weights"]["sha256"] in packaged.info["started_from"]


def test_the_notice_names_the_data(packaged):
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
    assert "Concrete Crack Images for Classification" in notice
    assert "CC BY 4.0" in notice
    assert packaged.info["data"]["licence"] == "CC BY 4.0"


def test_the_model_still_gives_its_golden_scores(packaged):
    golden = packaged.arrays(bundle.GOLDEN)
    scores = load(bundle.PACKAGED, "cpu").runtime(golden["pixels"])
    np.testing.assert_allclose(scores, golden["scores"], atol=1e-5)
