import json

import pytest

from crackscope.cli.main import run
from crackscope.evaluation.robustness.degrade import DEGRADATIONS
from crackscope.synthesis.distractors import DISTRACTORS
from support_evaluation import shade, write_labelled
from support_pictures import encode

pytest.importorskip("matplotlib")
pytest.importorskip("scipy")

FILES = {
    "report.html",
    "robustness.json",
    "robustness.png",
    "false_alarms.png",
    "strengths.png",
    "run.json",
}


@pytest.fixture
def data(tmp_path):
    return write_labelled(tmp_path / "data", each=4)


def call(capsys, *arguments):
    code = run(["evaluate", *map(str, arguments), "--robustness", "--bootstrap", "100"])
    return code, capsys.readouterr()


def test_the_folder_holds_everything(tiny_bundle, data, tmp_path, capsys):
    out = tmp_path / "out"
    code, streams = call(capsys, tiny_bundle, data, "--patches", "6", "--out", out)
    assert code == 0
    assert streams.out.splitlines()[-1] == str(out)
    assert {path.name for path in out.iterdir() if not path.name.startswith(".")} == FILES
    values = json.loads((out / "robustness.json").read_text(encoding="utf-8"))
    assert values["schema_version"] == 1
    assert values["counts"] == {"pictures": 6, "crack": 3, "sound": 3}
    assert [row["name"] for row in values["degradations"]] == DEGRADATIONS.names()
    for row in values["degradations"]:
        assert [point["strength"] for point in row["points"]] == list(range(6))
    backgrounds = [row["background"] for row in values["false_alarms"]]
    assert len(set(backgrounds)) == 2
    assert len(backgrounds) == 2 * (1 + len(DISTRACTORS.names()))
    page = (out / "report.html").read_text(encoding="utf-8")
    assert page.count('src="data:') == 3
    assert "darkness" in streams.out


def test_json_is_one_document_the_same_each_time(tiny_bundle, data, tmp_path, capsys):
    documents = []
    for name in ("a", "b"):
        out = tmp_path / name
        code, streams = call(capsys, tiny_bundle, data, "--patches", "4", "--out", out, "--json")
        assert code == 0
        documents.append(json.loads(streams.out))
    for key in ("degradations", "false_alarms", "counts", "in_words", "notes"):
        assert documents[0][key] == documents[1][key]


def test_only_sound_pictures_and_a_broken_one(tiny_bundle, data, tmp_path, capsys):
    table = tmp_path / "data" / "rows.csv"
    (data / "sound" / "broken.jpg").write_bytes(b"\xff\xd8\xff")
    (data / "sound" / "large.png").write_bytes(encode(shade(190, 9, side=150), "PNG"))
    names = ("0.png", "1.png", "large.png", "broken.jpg")
    table.write_text("path,label\n" + "".join(f"sound/{name},0\n" for name in names))
    code, streams = call(capsys, tiny_bundle, table, "--out", tmp_path / "out", "--json")
    assert code == 3
    values = json.loads(streams.out)
    assert values["counts"] == {"pictures": 3, "crack": 0, "sound": 3}
    assert "auroc" not in values["degradations"][0]["points"][0]


def test_fewer_than_two_patches_are_refused(tiny_bundle, data, capsys):
    code, streams = call(capsys, tiny_bundle, data, "--patches", "1")
    assert code == 2
    assert "patches" in streams.err
