import json

import pytest

import crackscope
from crackscope.cli.main import run
from crackscope.evaluation.cross import cache, matrix

pytest.importorskip("sklearn")
pytest.importorskip("scipy")


def call(capsys, *arguments):
    code = run(["evaluate", *map(str, arguments), "--bootstrap", "100"])
    return code, capsys.readouterr()


def test_the_folder_holds_the_matrix(feature_bundle, surfaces, tmp_path, capsys):
    out = tmp_path / "out"
    sets = (surfaces / "dark", surfaces / "red", f"far={surfaces}/dark:crack+{surfaces}/walls")
    code, streams = call(capsys, feature_bundle, "--cross", *sets, "--out", out)
    assert code == 0
    assert streams.out.splitlines()[-1] == str(out)
    assert "Recall at 5 % false alarms" in streams.out
    values = json.loads((out / "metrics.json").read_text(encoding="utf-8"))
    assert values["schema_version"] == 1
    assert values["model"].startswith("means@1+")
    assert [each["name"] for each in values["sets"]] == ["dark", "red", "far"]
    assert len(values["matrix"]) == 12
    for cell in values["matrix"]:
        assert {"auroc", "f1", "recall_at_5pct_false_alarms"} <= set(cell["metrics"])
        for figure in cell["metrics"].values():
            assert figure["low"] <= figure["value"] <= figure["high"]
    assert "†: cross-validated by photo" in streams.out
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "†: training and test set share" in page
    assert page.count('class="shade"') == 3 * 12
    assert "1.000†" in page
    assert "unmodified model" in page
    assert "://" not in page


@pytest.mark.parametrize("flag_last", [False, True])
def test_sets_may_stand_on_either_side_of_the_flag(
    feature_bundle, surfaces, tmp_path, capsys, flag_last
):
    sets = [surfaces / "dark", surfaces / "red"]
    order = [*sets, "--cross"] if flag_last else ["--cross", *sets]
    code, streams = call(capsys, feature_bundle, *order, "--out", tmp_path / "o", "--json")
    assert code == 0
    assert len(json.loads(streams.out)["matrix"]) == 6


def test_an_interrupted_run_goes_on_behind_its_features(
    feature_bundle, surfaces, tmp_path, capsys, monkeypatch
):
    def interrupted(*arguments):
        raise KeyboardInterrupt

    command = (
        feature_bundle,
        "--cross",
        surfaces / "dark",
        surfaces / "red",
        "--out",
        tmp_path / "o",
    )
    with monkeypatch.context() as patched:
        patched.setattr(matrix, "measure", interrupted)
        assert call(capsys, *command)[0] == 130
    assert len(list((tmp_path / "o" / cache.FOLDER).iterdir())) == 2
    monkeypatch.setattr(cache, "look_at", lambda *arguments: pytest.fail("computed again"))
    assert call(capsys, *command)[0] == 0
    assert call(capsys, *command)[0] == 0, "finished: said again"
    assert call(capsys, *command, "--seeds", "2", "--exist-ok")[0] == 0
    page = (tmp_path / "o" / "report.html").read_text(encoding="utf-8")
    assert "means over 2 splits" in page


def test_python_gives_the_same(feature_bundle, surfaces, tmp_path, capsys):
    sets = (surfaces / "dark", surfaces / "red")
    call(capsys, feature_bundle, "--cross", *sets, "--out", tmp_path / "a")
    outcome = crackscope.cross(feature_bundle, *sets, bootstrap=100, out=tmp_path / "b")
    written = json.loads((tmp_path / "a" / "metrics.json").read_text(encoding="utf-8"))
    assert outcome.data["matrix"] == written["matrix"]


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["@dark", "@red"], "--cross"),
        (["--cross", "@dark", "@walls"], "only sound patches"),
        (["--cross", "@dark", "nowhere"], "nowhere"),
        (["--cross", "@dark:cracky"], "cracky"),
        (["--cross", "@dark", "--seeds", "0"], "seeds"),
        (["@dark", "--seeds", "3"], "--cross"),
        (["--cross"], "data"),
    ],
)
def test_wrong_use_ends_with_2(feature_bundle, surfaces, capsys, arguments, hint):
    filled = [argument.replace("@", f"{surfaces}/") for argument in arguments]
    code, streams = call(capsys, feature_bundle, *filled)
    assert code == 2
    assert hint in streams.err.lower()


def test_unreadable_pictures_are_named_and_exit_3(feature_bundle, surfaces, tmp_path, capsys):
    (surfaces / "red" / "crack00.png").write_bytes(b"\x89PNG")
    sets = (surfaces / "dark", surfaces / "red")
    code, streams = call(capsys, feature_bundle, "--cross", *sets, "--out", tmp_path / "o")
    assert code == 3
    assert "crack00.png" in streams.out


def test_a_hostile_name_makes_no_markup(feature_bundle, surfaces, tmp_path, capsys):
    hostile = f"<img src=x onerror=alert(1)>={surfaces}/dark"
    named = f"<b>&'\"x</b>={surfaces}/red".replace("/b>=", "b>=")
    assert call(capsys, feature_bundle, "--cross", named, "--out", tmp_path / "o")[0] == 0
    page = (tmp_path / "o" / "report.html").read_text(encoding="utf-8")
    assert "<b>" not in page
    assert "&lt;b&gt;" in page
    assert call(capsys, feature_bundle, "--cross", hostile, "--out", tmp_path / "p")[0] == 2
