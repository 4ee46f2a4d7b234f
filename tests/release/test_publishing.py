"""What is published of evaluations, and how the card tells it."""

import json
import shlex
from pathlib import Path

import pytest

from crackscope.cli.main import build_app
from crackscope.evaluation.coverage import PERCENTS

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
        for ground in ("drawn concrete", name)
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
    found = programs[0].gather(folders, IDENTITY)
    assert list(found["surfaces"]) == ["walls"]
    assert list(found["robustness"]) == ["walls", "bridge"]
    assert len(found["cross"]["matrix"]["matrix"]) == 6


def test_no_path_is_published(programs, folders):
    text = json.dumps(programs[0].gather(folders, IDENTITY))
    assert "somebody" not in text
    assert "C:" not in text


def test_the_commands_give_the_same_runs(programs, folders):
    found = programs[0].gather(folders, IDENTITY)
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
    with pytest.raises(SystemExit, match="no finished run"):
        evaluations.gather([tmp_path], IDENTITY)
    with pytest.raises(SystemExit, match="not of another"):
        evaluations.gather(folders, "another")
    with pytest.raises(SystemExit, match="second run of surfaces on walls"):
        evaluations.gather([*folders, folders[0]], IDENTITY)
    with pytest.raises(SystemExit, match="no run folder tells cross, robustness"):
        evaluations.gather(folders[:1], IDENTITY)
    with pytest.raises(SystemExit, match="is of b, not of a"):
        evaluations.of_pictures({"model": "b"}, "a")


def described(programs, folders, **found):
    evaluations, sections = programs
    summary = {
        "command": "crackscope train METU",
        "data": {"name": "metu", "licence": "CC BY 4.0", "sha256": "hash-of-metu"},
        "weights": {"file": "w.h5", "sha256": "hash-of-w"},
    }
    gathered = evaluations.gather(folders, IDENTITY)
    results = {"evaluations": gathered, "surface": {}, "photos": {}, "int8": {}, **found}
    built = sections.build(results, summary, "What was looked at.\n")
    return {section["title"]: section["text"] for section in built}


def test_every_figure_stands_in_the_card_with_its_interval(programs, folders):
    texts = described(programs, folders)
    surfaces = texts["On each surface"]
    assert "| walls | 4, 6 (3) | 0.950 (0.940 to 0.960) |" in surfaces
    assert "| wet walls | 7, 8 (5) | 0.800 (0.790 to 0.810) |" in surfaces
    coverage = texts["Error against coverage"]
    assert "| walls | 0.100 (0.090 to 0.110) |" in coverage
    assert "| 0.44 (0.43 to 0.45) |" in coverage
    assert "| walls, left out | 0.900 (0.890 to 0.910) | 0.110 (0.100 to 0.120) |" in coverage
    assert coverage.count("| 0.33 (0.32 to 0.34) |") == 1
    matrix = texts["From one surface to another"]
    assert "| the model as it is | 0.800 (0.790 to 0.810) |" in matrix
    assert "| walls | 0.810 (0.800 to 0.820) † | 0.810 (0.800 to 0.820) |" in matrix
    assert "a note on the matrix" in matrix
    assert "| blur | 0.900 (0.890 to 0.910) |" in texts["Robustness"]
    assert "| 5 px |" in texts["Robustness"]
    alarms = texts["False alarms by distractor"].splitlines()
    assert alarms[0].count(", 30 pictures |") == 3
    assert alarms[0].count("drawn concrete") == 1
    assert "walls, degraded: Blur costs most." in texts["Where it fails"]
    assert texts["What was chosen with these surfaces in view"] == "What was looked at."
    for text in ("hash-of-metu", "hash-of-walls", "hash-of-wet", "hash-of-w", "not stated"):
        assert text in texts["Data and weights"]
    assert "    crackscope train METU\n" in texts["Commands"]


def test_a_changed_result_changes_the_card(programs, folders):
    before = described(programs, folders)
    document = json.dumps(surface("walls", recall=0.501))
    (folders[0] / "metrics.json").write_text(document, encoding="utf-8")
    after = described(programs, folders)
    assert {title for title in before if before[title] != after[title]} == {"On each surface"}


def test_verdicts_on_whole_photos_stand_in_the_card(programs, folders):
    assert "Whole photos" not in described(programs, folders)
    rates = {"crack": interval(0.05), "crack or unsure": interval(0.1)}
    row = {"set": "walls, photos", "cracked": False, "photos": 9, "groups": 3, "rates": rates}
    text = described(programs, folders, photos={"rows": [row]})["Whole photos"]
    line = "| walls, photos | sound | 9 (3) | 0.050 (0.040 to 0.060) | 0.100 (0.090 to 0.110) |"
    assert line in text


def test_int8_is_told_beside_float32(programs, folders):
    assert "Small integers" not in described(programs, folders)
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
    text = described(programs, folders, int8=document)["Small integers"]
    assert "| site | 0.9800 / 0.9790 | 0.9000 / 0.9100 | 0.0200 / 0.0300 |" in text
    assert "| walls |  |  | 0.0100 / 0.0200 |" in text
    assert "2.60 MB: holds" in text
    assert "differ by up to 0.25" in text


def test_photos_of_something_else_are_told_where_they_were_measured(programs, folders):
    title = "Photos of something else"
    assert title not in described(programs, folders)
    sets = {
        "walls": {"photos": 9, "flagged": 0.01, "median": 1.2},
        "sky": {"photos": 5, "flagged": 1.0, "median": 9.0, "auroc": 0.99},
    }
    text = described(programs, folders, surface={"sets": sets})[title]
    assert "| walls | 9 | 0.01 | – |" in text
    assert "| sky | 5 | 1.0 | 0.99 |" in text
