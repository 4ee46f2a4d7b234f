"""What is published of evaluations, and how the card tells it."""

import json
import shlex
from pathlib import Path

import pytest

from crackscope.cli.main import build_app
from crackscope.evaluation.coverage import PERCENTS
from crackscope.models import card

pytest.importorskip("scipy", reason="needs the extra [evaluate]")

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
IDENTITY = "metu-mobilenetv2-seed0@0.1.0+0123456789ab"
MACHINE = {"processor": "a processor", "cores": 2, "packages": {}}


@pytest.fixture
def programs(monkeypatch):
    """The modules `evaluations` and `sections` of benchmarks/."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import evaluations
    import sections

    return evaluations, sections


def interval(value):
    return {"value": value, "low": value - 0.01, "high": value + 0.01}


def run(settings=None, model=IDENTITY):
    return {"model": model, "machine": MACHINE, "seconds": 1.5, "settings": settings or {}}


def data(name):
    return {"name": name, "licence": "unknown", "hash": f"hash-of-{name}", "pictures": 10}


def surface(name, recall=0.5):
    readings = {
        "left_out": {"error": interval(0.11), "recall": interval(0.91)},
        "taken_for_crack": {"error": interval(0.12)},
        "taken_for_no_crack": {"error": interval(0.13)},
    }
    return {
        **run({"seed": 0, "bootstrap": 300, "include_trained": True, "threshold": None}),
        "data": data(name),
        "threshold": 0.5,
        "metrics": {"auroc": interval(0.95), "recall": interval(recall)},
        "counts": {"crack": 4, "sound": 6, "groups": 3},
        "coverage": {
            "figures": {"error_ratio": interval(0.44)},
            "curve": [{"coverage": n / 100, "error": interval(n / 1000)} for n in PERCENTS],
            "unsure": {
                "lower": 0.1,
                "upper": 0.5,
                "coverage": interval(0.9),
                "error_ratio": interval(0.33),
                "readings": readings,
            },
        },
        "in_words": [f"It fails on {name} at times."],
        "notes": [],
        "worst_groups": [{"name": "/data/of/somebody/photo.jpg"}],
    }


def cross():
    def cell(train, test, value):
        found = {"auroc": interval(value), "recall": interval(0.77)}
        return {
            "train": train,
            "test": test,
            "metrics": found,
            "counts": {"crack": 7, "sound": 8, "groups": 5},
            "cross_validated": train == test,
            "notes": [],
        }

    sets = ["walls", "wet walls"]
    given = ["/data/of/somebody/walls", "wet walls=/data/a b/wet:crack+C:\\data\\walls"]
    return {
        **run({"seeds": 2}),
        "data": [data("walls"), data("wet")],
        "sets": [{"name": n, "given_as": text} for n, text in zip(sets, given, strict=True)],
        "matrix": [
            cell(train, test, 0.8 + 0.01 * row)
            for row, train in enumerate((None, *sets))
            for test in sets
        ],
        "notes": ["a note on the matrix"],
    }


def robustness(name):
    points = [
        {"strength": n, "level": f"{n} px", "accuracy": interval(0.9 - n / 10)} for n in range(6)
    ]
    alarms = [
        {"background": ground, "distractor": what, "pictures": 30, "rate": interval(0.1)}
        for ground in ("synthetic concrete", name)
        for what in ("none", "cable")
    ]
    return {
        **run({"robustness": True, "patches": 60}),
        "data": {"name": name, "hash": "00"},
        "threshold": 0.5,
        "counts": {"pictures": 60},
        "degradations": [{"name": "blur", "points": points}],
        "false_alarms": alarms,
        "in_words": ["Blur costs most."],
        "notes": ["60 were drawn"],
    }


def write(folder, name, document):
    folder.mkdir()
    (folder / name).write_text(json.dumps(document), encoding="utf-8")
    return folder


@pytest.fixture
def folders(tmp_path):
    return [
        write(tmp_path / "a", "metrics.json", surface("walls")),
        write(tmp_path / "b", "metrics.json", cross()),
        write(tmp_path / "c", "robustness.json", robustness("walls")),
        write(tmp_path / "d", "robustness.json", robustness("bridge")),
    ]


def test_a_run_is_known_by_what_is_in_its_folder(programs, folders):
    found = programs[0].gather(folders, [IDENTITY])
    assert list(found["surfaces"]) == ["walls"]
    assert list(found["robustness"]) == ["walls", "bridge"]
    assert len(found["cross"]["matrix"]["matrix"]) == 6


def test_no_path_is_published(programs, folders):
    text = json.dumps(programs[0].gather(folders, [IDENTITY]))
    assert "somebody" not in text
    assert "C:" not in text


def test_the_commands_give_the_same_runs(programs, folders):
    found = programs[0].gather(folders, [IDENTITY])
    commands = [run["command"] for kind in programs[0].KEPT for run in found[kind].values()]
    assert commands == [
        "crackscope evaluate MODEL walls --bootstrap 300 --include-trained",
        "crackscope evaluate MODEL --cross walls 'wet walls=wet:crack+walls' --seeds 2",
        "crackscope evaluate MODEL walls --robustness --patches 60",
        "crackscope evaluate MODEL bridge --robustness --patches 60",
    ]
    for command in commands:
        build_app().parse_args(shlex.split(command)[1:], exit_on_error=False, print_error=False)


def test_what_does_not_belong_is_refused(programs, folders, tmp_path):
    evaluations, _ = programs
    with pytest.raises(SystemExit, match="not a finished run"):
        evaluations.gather([tmp_path], [IDENTITY])
    with pytest.raises(SystemExit, match="must be a result of another"):
        evaluations.gather(folders, ["another"])
    with pytest.raises(SystemExit, match="second run of surfaces on walls"):
        evaluations.gather([*folders, folders[0]], [IDENTITY])
    with pytest.raises(SystemExit, match=r"photos\.json must be a result of a\. Received: b"):
        evaluations.check("photos.json", {"model": "b"}, ["a", "c"])


INFO = {"data": {"name": "metu", "hash": "hash-of-metu"}}
NAMES = ("lines", "photos", "int8", "whole_photos", "metu", "evaluations")
NOTHING = {name: {} for name in NAMES}


def described(programs, folders, **found):
    evaluations, sections = programs
    gathered = evaluations.gather(folders, [IDENTITY]) if folders else {}
    results = {**NOTHING, "evaluations": gathered, **found}
    built = sections.build(results, INFO, "What was looked at.\n")
    return {section["title"]: section["text"] for section in built}


def test_what_was_not_measured_is_said_to_be_missing(programs):
    texts = described(programs, [])
    said = {title for title, text in texts.items() if text == "Not measured yet for this model."}
    assert set(texts) - said == {"Choices based on evaluation data", "Commands"}
    page = page_of(programs)
    assert page.count("Not measured yet for this model.") == 5


def test_every_figure_stands_in_the_card_with_its_interval(programs, folders):
    texts = described(programs, folders)
    surfaces = texts["Metrics by data set"]
    assert "| walls | 4, 6 (3) | 0.950 (0.940 to 0.960) |" in surfaces
    assert "| wet walls | 7, 8 (5) | 0.800 (0.790 to 0.810) |" in surfaces
    coverage = texts["Error against coverage"]
    assert "| walls | 0.100 (0.090 to 0.110) |" in coverage
    assert "| 0.44 (0.43 to 0.45) |" in coverage
    assert "| walls, excluded | 0.900 (0.890 to 0.910) | 0.110 (0.100 to 0.120) |" in coverage
    assert coverage.count("| 0.33 (0.32 to 0.34) |") == 1
    matrix = texts["Cross-dataset generalisation"]
    assert "| none (packaged model) | 0.800 (0.790 to 0.810) |" in matrix
    assert "| walls | 0.810 (0.800 to 0.820) † | 0.810 (0.800 to 0.820) |" in matrix
    assert "a note on the matrix" in matrix
    assert "| blur | 0.900 (0.890 to 0.910) |" in texts["Robustness"]
    assert "| 5 px |" in texts["Robustness"]
    alarms = texts["False alarms by distractor"].splitlines()
    assert alarms[0].count(" (n = 30) |") == 3
    assert alarms[0].count("synthetic concrete") == 1
    assert "walls, degraded: Blur costs most." in texts["Where it fails"]
    assert texts["Choices based on evaluation data"] == "What was looked at."
    for text in ("hash-of-walls", "hash-of-wet", "not stated", "evaluation only"):
        assert text in texts["Evaluation data"]
    assert "    crackscope evaluate MODEL walls " in texts["Commands"]


def test_a_changed_result_changes_the_card(programs, folders):
    before = described(programs, folders)
    document = json.dumps(surface("walls", recall=0.501))
    (folders[0] / "metrics.json").write_text(document, encoding="utf-8")
    after = described(programs, folders)
    assert {title for title in before if before[title] != after[title]} == {"Metrics by data set"}


def test_verdicts_on_whole_photos_stand_in_the_card(programs, folders):
    rates = {"crack": interval(0.05), "crack or unsure": interval(0.1)}
    row = {"set": "walls, photos", "cracked": False, "photos": 9, "groups": 3, "rates": rates}
    text = described(programs, folders, photos={"rows": [row]})["Whole photos by size"]
    line = "| walls, photos | sound | 9 (3) | 0.050 (0.040 to 0.060) | 0.100 (0.090 to 0.110) |"
    assert line in text


def set_of_lines(value, cracked):
    names = ["line_precision", "line_recall", "line_f1", "length_found"] if cracked else []
    metrics = {name: interval(value) for name in (*names, "false_cracks_per_megapixel")}
    counts = {"false_cracks": 2, "sound_photos": 5, "sound_photos_with_a_crack": 1}
    found = {"metrics": metrics, "counts": counts}
    return {
        "photos": 5,
        "groups": 3,
        "megapixels": 12.5,
        "called_crack": {"count": 1, "of": 5, "rate": interval(0.2)},
        "flagged": {"count": 2, "of": 5, "rate": interval(0.4)},
        "material_other": None,
        "lines": {**found, "froc": None, "at_threshold": found},
    }


def lines_document():
    return {
        "model": IDENTITY,
        "sets": {"walls": {"masks": False}, "site": {"masks": True}},
        "figures": {
            "walls": {half: set_of_lines(0.01, False) for half in ("all", "even", "odd")},
            "site": {"all": set_of_lines(0.85, True)},
        },
        "froc": {},
        "synthetic": None,
    }


def page_of(programs, **found):
    import figures

    return figures.page({**NOTHING, **found})


def test_the_readme_tells_of_whole_photos_first(programs):
    page = page_of(programs, lines=lines_document())
    called = "1 of 5: 0.200 (0.190 to 0.210) | 2 of 5: 0.400 (0.390 to 0.410)"
    assert f"| walls | 5 (12.5) | {called} | 0.010 (0.000 to 0.020) | – |" in page
    assert f"| walls, odd half | 5 (12.5) | {called} |" in page
    assert "even half |" not in page
    line = "0.850 (0.840 to 0.860)"
    assert f"| site | 5 | {called} | {line} | {line} | {line} |" in page
    assert page.index("| walls |") < page.index("| site |") < page.index("Patches")
    assert "choices were made on the even half" in page


def test_lines_of_data_with_masks_stand_in_the_card(programs, folders):
    document = surface("walls") | {"lines": set_of_lines(0.85, True)["lines"]}
    document["lines"]["froc"] = {"curve": [1, 2], "best_f1": None}
    (folders[0] / "metrics.json").write_text(json.dumps(document), encoding="utf-8")
    kept = programs[0].gather(folders, [IDENTITY])["surfaces"]["walls"]["lines"]
    assert kept["froc"] == {"best_f1": None}
    texts = described(programs, folders, lines=lines_document())
    assert "| walls | 0.850 (0.840 to 0.860) | 0.850" in texts["Metrics by data set"]
    assert "| walls, odd |" in texts["Lines and whole photos"]


def test_metu_is_told_by_trainings_that_leave_its_test_subset_out(programs):
    runs = [{"seed": n, "accuracy": 0.997 + n / 1000, "auroc": 0.9999} for n in range(3)]
    contradicted = [{"path": "Negative/1.jpg", "label": 0, "score": 0.8}]
    page = page_of(programs, metu={"runs": runs, "contradicted": contradicted})
    assert "3 runs of `crackscope train` from ImageNet weights" in page
    assert "Contradicted labels: 1," in page
    assert "accuracy 0.9980 (0.9970 to 0.9990), AUROC 0.9999" in page


def test_metu_is_not_among_the_patches_that_the_model_never_saw(programs):
    run = surface("metu") | {"metrics": dict.fromkeys(("auroc", LEVEL), interval(0.99))}
    other = surface("site") | {"metrics": dict.fromkeys(("auroc", LEVEL), interval(0.98))}
    page = page_of(programs, evaluations={"surfaces": {"metu": run, "site": other}})
    assert "| site | 4, 6 | 0.980" in page
    assert "| metu |" not in page


LEVEL = "recall_at_5pct_false_alarms"


def test_int8_is_told_beside_float32(programs, folders):
    figures = {
        "float32": {"auroc": 0.98, "recall": 0.9, "false_alarms": 0.02},
        "int8": {"auroc": 0.979, "recall": 0.91, "false_alarms": 0.03},
        "largest_difference_of_scores": 0.2,
    }
    sound = {"float32": {"false_alarms": 0.01}, "int8": {"false_alarms": 0.02}}
    document = {
        "sets": {"site": figures, "walls": {**sound, "largest_difference_of_scores": 0.25}},
        "times_float32": {"median": 1.5, "low": 1.4, "high": 1.6},
        "bytes": 2_600_000,
        "holds": True,
        "made": {"in_float": 6},
        "machine": {"processor": "a processor"},
        "cores": 2,
    }
    text = described(programs, folders, int8=document)["int8"]
    assert "| site | 0.9800 / 0.9790 | 0.9000 / 0.9100 | 0.0200 / 0.0300 |" in text
    assert "| walls |  |  | 0.0100 / 0.0200 |" in text
    assert "Size: 2.60 MB. Accuracy check: passed." in text
    assert "differ by up to 0.25" in text


def training_folder(folder):
    made = {
        "recipe": {
            "phases": [{"name": "all", "learning_rate": 0.001, "encoder": True}],
            "seed": 0,
        },
        "pictures": {"batch": 8, "side": 448, "real": 0.25, "capacity": 9, "left_out": ["a.jpg"]},
        "packed": {"sha256": "11", "files": {"sound": 3, "cracked": 2, "surface": 1, "shape": 0}},
        "encoder": {"file": "w.h5", "sha256": "22"},
        "machine": {"backend": "jax", "precision": "float32"},
    }
    folder.mkdir()
    (folder / "recipe.json").write_text(json.dumps(made), encoding="utf-8")
    row = {"phase": "all", "epoch": 0, "steps": 5, "loss": 0.5, "seconds": 60.0}
    (folder / "log.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    return folder


def test_the_card_tells_how_a_network_with_lines_was_trained(programs, tmp_path):
    import training

    info = {
        "name": "crackscope",
        "version": "1",
        "backbone": "mobilenetv2",
        "input": {"window": 227, "size": 224},
        "thresholds": {"lower": 0.2, "upper": 0.5},
        "calibration": {"method": "temperature", "temperature": 1.0, "fitted_on": "metu"},
        "lines": {"ask": -4.0, "score": 0.05},
        "metrics": {},
        **training.facts(training_folder(tmp_path / "run"), "a trial"),
    }
    text = card.render(info)
    assert "| initial weights | a trial: w.h5 (sha256 22) |" in text
    assert "doi:10.17632/5y9wdsg2zt.2 | CC BY 4.0 | 3 | sound patches" in text
    assert "jwsn7tfbrp" not in text  # no shapes were packed
    assert "Excluded as background of synthetic cracks: a.jpg." in text
    assert "| all | trained | 1 | 5 | 0.001 | 1.0 | 0.500 |" in text
    assert "in-sample" in text
    assert "highest-scoring crack" in text
    assert "CC BY 4.0 and CC0 1.0" in info["licence"]
    with pytest.raises(SystemExit, match=r"recipe\.json is missing"):
        training.facts(tmp_path, "")
