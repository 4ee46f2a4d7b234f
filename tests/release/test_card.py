"""Results, model.json, card and README tell the same figures, and the model fits the package."""

import json
from pathlib import Path

import numpy as np
import pytest

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
    return json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))


def test_the_model_states_what_the_benchmarks_measured(packaged, programs):
    figures, _ = programs
    stated = packaged.info["figures"]
    expected = figures.summarise(results("study"), results("compare"), stated["trained_as"])
    assert stated == expected


def test_the_card_is_made_from_the_model(packaged, programs):
    figures, _ = programs
    text = packaged.file(bundle.CARD).read_text(encoding="utf-8")
    assert text == card.render(packaged.info)
    assert figures.page(packaged.info["figures"]) in text


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
