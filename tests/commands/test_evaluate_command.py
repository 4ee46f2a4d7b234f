import csv
import json
import os

import pytest

from crackscope.cli.main import run
from crackscope.commands.evaluate.run import evaluate
from crackscope.synthesis import scene
from support_evaluation import shade, trained_on, write_labelled
from support_pictures import encode

pytest.importorskip("sklearn")
pytest.importorskip("matplotlib")

FILES = {
    "report.html",
    "metrics.json",
    "scores.csv",
    "classification_report.txt",
    "classification_report.csv",
    "classification_report.png",
    "confusion.png",
    "roc.png",
    "pr.png",
    "reliability.png",
    "scores.png",
    "coverage.png",
    "worst_errors.png",
    "run.json",
}


@pytest.fixture
def data(tmp_path):
    return write_labelled(tmp_path / "data")


def call(capsys, *arguments):
    code = run(["evaluate", *map(str, arguments)])
    return code, capsys.readouterr()


def test_the_folder_holds_everything(tiny_bundle, data, tmp_path, capsys):
    out = tmp_path / "out"
    code, streams = call(capsys, tiny_bundle, data, "--out", out)
    assert code == 0
    assert streams.out.splitlines()[-1] == str(out)
    assert {path.name for path in out.iterdir() if not path.name.startswith(".")} == FILES
    values = json.loads((out / "metrics.json").read_text(encoding="utf-8"))
    assert values["schema_version"] == 1
    assert values["model"].startswith("darkness@1+")
    assert values["metrics"]["accuracy"]["value"] == pytest.approx(12 / 14)
    assert values["threshold"] == 0.6
    assert len(values["data"]["hash"]) == 64
    assert values["machine"]["python"]
    error = values["coverage"]["figures"]["error_at_100pct_coverage"]["value"]
    assert error == pytest.approx(1 - values["metrics"]["accuracy"]["value"])
    assert values["coverage"]["unsure"]["upper"] == 0.6
    with (out / "scores.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 14
    assert set(rows[0]) == {"path", "label", "group", "score", "predicted"}
    assert all(row["predicted"] == str(int(float(row["score"]) >= 0.6)) for row in rows)


def test_json_is_one_document_and_the_same_each_time(tiny_bundle, data, tmp_path, capsys):
    documents = []
    for name in ("a", "b"):
        code, streams = call(capsys, tiny_bundle, data, "--out", tmp_path / name, "--json")
        assert code == 0
        documents.append(json.loads(streams.out))
    for key in ("metrics", "counts", "notes", "baselines", "data"):
        assert documents[0][key] == documents[1][key]


def test_a_finished_folder_is_taken(tiny_bundle, data, tmp_path, capsys):
    command = (tiny_bundle, data, "--out", tmp_path / "o")
    assert call(capsys, *command)[0] == 0
    assert call(capsys, *command)[0] == 0, "finished: said again"
    assert call(capsys, *command, "--seed", "1")[0] == 2
    assert call(capsys, *command, "--seed", "1", "--exist-ok")[0] == 0


def test_unreadable_pictures_are_named_and_exit_3(tiny_bundle, data, tmp_path, capsys):
    (data / "crack" / "broken.jpg").write_bytes(b"\xff\xd8\xff")
    code, streams = call(capsys, tiny_bundle, data, "--out", tmp_path / "o")
    assert code == 3
    assert "crack/broken.jpg" in streams.out
    assert "crack/broken.jpg" in (tmp_path / "o" / "report.html").read_text(encoding="utf-8")


def test_nothing_left_is_exit_4_and_include_trained_says_so(tiny_bundle, data, tmp_path, capsys):
    model = trained_on(tiny_bundle, tmp_path / "model", data)
    code, streams = call(capsys, model, data, "--out", tmp_path / "o")
    assert code == 4
    assert "--include-trained" in streams.err
    code, _ = call(capsys, model, data, "--out", tmp_path / "o2", "--include-trained")
    assert code == 0
    page = (tmp_path / "o2" / "report.html").read_text(encoding="utf-8")
    assert "memorisation" in page


def test_only_sound_pictures_without_an_error(tiny_bundle, tmp_path):
    (tmp_path / "walls").mkdir()
    rows = ["path,label,group"]
    for number in range(4):
        picture = encode(shade(200, number), "PNG")
        (tmp_path / "walls" / f"{number}.png").write_bytes(picture)
        rows.append(f"walls/{number}.png,0,wall{number // 2}")
    manifest = tmp_path / "walls.csv"
    manifest.write_text("\n".join(rows) + "\n", encoding="utf-8")
    outcome = evaluate(tiny_bundle, manifest, out=tmp_path / "o")
    assert outcome.data["metrics"]["false_alarm_rate"]["value"] == 0.0
    assert outcome.data["metrics"]["false_alarm_rate"]["high"] == pytest.approx(1 - 0.025**0.5)
    assert "auroc" not in outcome.data["metrics"]
    assert "NaN" not in json.dumps(outcome.data)
    assert (tmp_path / "o" / "worst_errors.png").stat().st_size > 500
    assert not (tmp_path / "o" / "roc.png").exists()


@pytest.mark.skipif(os.name == "nt", reason="Windows refuses such names")
def test_a_hostile_name_makes_no_markup(tiny_bundle, data, tmp_path):
    name = "<img src=x onerror=alert(1)>&'ü.png"
    (data / "sound" / name).write_bytes(encode(shade(20, 77), "PNG"))
    (data / "sound" / f"broken {name}").write_bytes(b"")
    evaluate(tiny_bundle, data, out=tmp_path / "o")
    page = (tmp_path / "o" / "report.html").read_text(encoding="utf-8")
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page
    assert "http://" not in page
    assert "https://" not in page
    assert 'src="data:' in page


def test_figures_are_those_of_the_precision_that_is_asked_for(tmp_path):
    for label, name in enumerate(("sound", "crack")):
        (tmp_path / "data" / name).mkdir(parents=True)
        for seed in range(6):
            drawn = scene.draw_patch(label, 227, seed).pixels
            (tmp_path / "data" / name / f"{seed}.png").write_bytes(encode(drawn, "PNG"))
    scores = {}
    for precision in ("f32", "int8"):
        out = tmp_path / precision
        outcome = evaluate("crackscope", tmp_path / "data", precision=precision, out=out)
        assert outcome.data["settings"]["precision"] == precision
        with (out / "scores.csv").open(encoding="utf-8-sig", newline="") as file:
            scores[precision] = [float(row["score"]) for row in csv.DictReader(file)]
    moved = [abs(a - b) for a, b in zip(scores["f32"], scores["int8"], strict=True)]
    assert 1e-6 < max(moved) < 0.3


def test_a_precision_that_the_model_does_not_have_is_refused(tiny_bundle, data, tmp_path, capsys):
    for more in ((), ("--robustness",)):
        flags = ("--precision", "int8", *more, "--out", tmp_path / "o")
        code, streams = call(capsys, tiny_bundle, data, *flags)
        assert (code, "the model has no model.int8.onnx" in streams.err) == (2, True)
    code, streams = call(capsys, tiny_bundle, data, "--cross", "--precision", "int8")
    assert (code, "--precision f32. Received: onnx and int8" in streams.err) == (2, True)
    assert not (tmp_path / "o").exists()
