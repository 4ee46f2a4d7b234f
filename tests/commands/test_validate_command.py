"""`crackscope validate`: draw, label, judge, draw more, adapt; labels are never lost."""

import csv
import io
import json
import os
import re
import shlex
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import crackscope
from crackscope.cli.main import run
from crackscope.errors import DatasetError, OutputTakenError, UsageError
from crackscope.models import bundle as bundles
from support import drawn_photo, patch_folder
from support_pictures import encode, noise

SIDE = 64


def blocks(folder: Path, photos: int = 12, side: int = 2, red: float = 0.5) -> Path:
    """Photos of `side` x `side` windows, each blotchy reddish or bluish, at times dark."""
    folder.mkdir(parents=True)
    for number in range(photos):
        rng = np.random.default_rng(number)
        pixels = np.empty((side * SIDE, side * SIDE, 3), np.uint8)
        for place in np.ndindex(side, side):
            tint = np.array([40, 0, -40]) * (1 if rng.random() < red else -1)
            shade = rng.uniform(70, 190)
            blotches = noise(SIDE, SIDE, int(rng.integers(1e6))).astype(float)
            window = shade + tint + 0.2 * (blotches - blotches.mean())
            y, x = SIDE * place[0], SIDE * place[1]
            pixels[y : y + SIDE, x : x + SIDE] = window.clip(0, 255)
        (folder / f"wall {number:02}.png").write_bytes(encode(pixels, "PNG"))
    return folder


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as text:
        return list(csv.DictReader(text))


def is_dark(site: Path, row: dict[str, str]) -> bool:
    """A crack to the tiny model: it says 1 - mean / 255; the threshold is 0.6."""
    return window(site, row).mean() < 120


def is_red(site: Path, row: dict[str, str]) -> bool:
    mean = window(site, row).mean(axis=(0, 1))
    return bool(mean[0] > mean[2])


def window(site: Path, row: dict[str, str]) -> np.ndarray:
    from crackscope.images.read import read

    x0, y0, x1, y1 = (int(row[name]) for name in ("x0", "y0", "x1", "y1"))
    return read(site / row["photo"]).pixels[y0:y1, x0:x1]


def label(site: Path, out: Path, tells=is_dark, to: str = "labels.csv") -> Path:
    """Fill in the table as a person would."""
    table = rows(out / "to_label.csv")
    for row in table:
        row["label"] = "crack" if tells(site, row) else "sound"
    file = out / to
    with file.open("w", encoding="utf-8", newline="") as text:
        writer = csv.DictWriter(text, list(table[0]))
        writer.writeheader()
        writer.writerows(table)
    return file


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    return blocks(tmp_path_factory.mktemp("site") / "bridge")


def command(site: Path, model: Path, out: Path, *more: object) -> list[str]:
    return ["validate", str(site), "--model", str(model), "--out", str(out), *map(str, more)]


def test_draw_label_and_judge(site, tiny_bundle, tmp_path, capsys):
    out = tmp_path / "out"
    line = command(site, tiny_bundle, out, "--patches", 30)
    assert run(line) == 0
    printed = capsys.readouterr().out
    assert "Sampled 30 of 48 windows from 12 photos" in printed
    assert printed.splitlines()[-1] == str(out)
    assert "wall 03.png" in (out / "label.html").read_text(encoding="utf-8")
    assert len({row["photo"] for row in rows(out / "drawn.csv")}) >= 10
    assert sum(float(row["weight"]) for row in rows(out / "drawn.csv")) == pytest.approx(48)
    labels = label(site, out)
    before = labels.read_bytes()
    assert run(line) == 0
    printed = capsys.readouterr().out
    assert "30 windows from 11 photos are labelled" in printed
    values = json.loads((out / "metrics.json").read_text())
    truth = [is_dark(site, row) for row in rows(out / "drawn.csv")]
    assert values["default"]["labels"]["crack"] == sum(truth)
    assert values["default"]["recall"]["value"] < 1.0, "dark windows below 0.6 are missed"
    assert values["default"]["false_alarm_rate"]["value"] == 0.0
    target = values["default"]["for_wanted_recall"]
    assert 0.5 < target["threshold"]["value"] < 0.6
    assert "<script" not in (out / "report.html").read_text(encoding="utf-8")
    assert labels.read_bytes() == before


def test_windows_that_nobody_could_tell_are_not_called_unlabelled(
    site, tiny_bundle, tmp_path, capsys
):
    out = tmp_path / "out"
    line = [*command(site, tiny_bundle, out, "--patches", 20), "--json"]
    assert run(line) == 0
    file = label(site, out)
    text = file.read_text(encoding="utf-8")
    for word in ("unsure", "?", "skip"):
        text = text.replace(",sound", f",{word}", 1)
    file.write_text("\n".join(text.splitlines()[:-2]) + "\n", encoding="utf-8")  # two are missing
    capsys.readouterr()
    assert run(line) == 0
    notes = json.loads(capsys.readouterr().out)["notes"]
    assert any("3 windows are labelled as unsure" in note for note in notes)
    assert "2 of 20 sampled windows have no label" in notes


def test_the_next_commands_are_named_and_can_be_given(site, tiny_bundle, tmp_path, capsys):
    def printed_by(words: list[str]) -> str:
        code = run(words)
        printed = capsys.readouterr()
        assert code == 0, printed.err
        return printed.out

    out = tmp_path / "out"
    line = command(site, tiny_bundle, out, "--patches", 30)
    printed_by(line)
    label(site, out)
    found = json.loads(printed_by([*line, "--json"]))
    threshold = found["default"]["for_wanted_recall"]["threshold"]["value"]
    inspect, more = found["next"]
    assert inspect.startswith(f"crackscope inspect {site} --model {tiny_bundle} --threshold ")
    assert float(inspect.split()[-1]) == pytest.approx(threshold, rel=1e-3)
    assert re.search(r"validate .* --patches (\d+) --photos 100$|--photos 200$", more)
    printed_by([*shlex.split(inspect)[1:], "--out", str(tmp_path / "found")])
    assert f"next: {inspect}" in printed_by(line)


def test_more_windows_keep_the_labels_that_there_are(site, tiny_bundle, tmp_path, capsys):
    out = tmp_path / "out"
    assert run(command(site, tiny_bundle, out, "--patches", 12)) == 0
    first = rows(out / "drawn.csv")
    content = label(site, out).read_bytes()
    assert run([*command(site, tiny_bundle, out, "--patches", 20), "--json"]) == 0
    found = json.loads(capsys.readouterr().out.split("again.\n")[-1].partition("\n")[2])
    assert (out / "labels.csv").read_bytes() == content
    drawn = rows(out / "drawn.csv")
    assert [row["photo"] for row in drawn[:12]] == [row["photo"] for row in first]
    assert [bool(row["label"]) for row in rows(out / "to_label.csv")] == [True] * 12 + [False] * 8
    assert found["default"]["labels"]["all"] == 12
    assert "8 of 20 sampled windows have no label" in found["notes"]
    assert run(command(site, tiny_bundle, out, "--patches", 5)) == 0
    assert len(rows(out / "drawn.csv")) == 20, "a smaller number takes nothing away"


def test_labels_may_lie_anywhere_and_strangers_are_not_counted(site, tiny_bundle, tmp_path):
    out = tmp_path / "out"
    assert run(command(site, tiny_bundle, out, "--patches", 16)) == 0
    file = label(site, out, to="mine.csv")
    with file.open("a", encoding="utf-8") as text:
        text.write("elsewhere.png,0,0,64,64,crack\n")
    found = crackscope.validate(site, model=str(tiny_bundle), out=out, patches=16, labels=file)
    assert found.data["default"]["labels"]["all"] == 16
    assert any(
        "1 labels of windows that were not sampled are ignored: elsewhere.png [0, 0, 64, 64]" in n
        for n in found.data["notes"]
    )
    file.write_text("photo,x0,y0,x1,y1,label\nelsewhere.png,0,0,64,64,crack\n")
    with pytest.raises(DatasetError, match=r"Received: 1 labels of other windows.*elsewhere\.png"):
        crackscope.validate(site, model=str(tiny_bundle), out=out, patches=16, labels=file)
    file.write_text("photo,x0,y0,x1,y1,label\nelsewhere.png,0,0,64,64,perhaps\n")
    with pytest.raises(DatasetError, match="line 2"):
        crackscope.validate(site, model=str(tiny_bundle), out=out, patches=16, labels=file)
    with pytest.raises(UsageError, match="cannot read the labels"):
        crackscope.validate(site, model=str(tiny_bundle), out=out, labels=tmp_path / "no.csv")


@pytest.mark.skipif(os.name == "nt", reason="such names are none on Windows")
@pytest.mark.parametrize(("encoding", "delimiter"), [("utf-8-sig", ";"), ("utf-16", "\t")])
def test_labels_of_photos_with_any_name_come_back_from_excel(
    site, tiny_bundle, tmp_path, encoding, delimiter
):
    odd, out = tmp_path / "odd", tmp_path / "out"
    odd.mkdir()
    names = ["back\\slash.png", "caf\udce9.png", "Brücke.png", "=1+1.png", "@SUM(1).png"]
    for photo, name in zip(sorted(site.iterdir()), names, strict=False):
        shutil.copy(photo, odd / name)
    settings = {"model": str(tiny_bundle), "out": out, "patches": 20}
    crackscope.validate(odd, **settings)
    for table in ("to_label.csv", "drawn.csv"):
        assert {row["photo"][0] for row in rows(out / table)} == {"b", "c", "B", "'"}
    table = rows(out / "to_label.csv")
    lines = [[*list(row.values())[:-1], ("Yes", "0,0")[n % 2]] for n, row in enumerate(table)]
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows([[c.upper() for c in table[0]], *lines])
    (out / "labels.csv").write_bytes(text.getvalue().encode(encoding))
    found = crackscope.validate(odd, **settings)
    assert found.data["default"]["labels"]["all"] == 20
    assert found.data["default"]["labels"]["crack"] == 10
    assert not [note for note in found.data["notes"] if "not sampled" in note]


def test_a_folder_of_another_seed_is_not_mixed_up_and_labels_survive(site, tiny_bundle, tmp_path):
    out = tmp_path / "out"
    settings = {"model": str(tiny_bundle), "out": out, "patches": 10}
    crackscope.validate(site, **settings)
    content = label(site, out).read_bytes()
    with pytest.raises(OutputTakenError):
        crackscope.validate(site, **settings, seed=1)
    found = crackscope.validate(site, **settings, seed=1, exist_ok=True)
    assert (out / "labels.csv").read_bytes() == content
    assert 0 < found.data["default"]["labels"]["all"] <= 10


def test_a_killed_survey_goes_on_where_it_stopped(site, tiny_bundle, tmp_path, monkeypatch):
    from crackscope.validation import survey

    out = tmp_path / "out"
    really, seen = survey.inspect_all, []

    def watched(*given):
        for number, one in enumerate(really(*given)):
            if stop and number == 5:
                raise KeyboardInterrupt
            seen.append(one.result.path)
            yield one

    monkeypatch.setattr(survey, "inspect_all", watched)
    stop = True
    assert run(command(site, tiny_bundle, out)) == 130
    with (out / "windows.jsonl").open("ab") as file:
        file.write(b'{"photo": "wall 0')  # the kill came while it wrote
    stop = False
    assert run(command(site, tiny_bundle, out)) == 0
    assert len(seen) == len(set(seen)) == 12


def test_broken_photos_are_named_and_the_rest_is_done(site, tiny_bundle, tmp_path, capsys):
    photos = tmp_path / "photos"
    shutil.copytree(site, photos)
    (photos / "broken.jpg").write_bytes(b"")
    assert run([*command(photos, tiny_bundle, tmp_path / "out"), "--json"]) == 3
    assert json.loads(capsys.readouterr().out)["site"]["windows"] == 48
    for photo in photos.glob("*.png"):
        photo.write_bytes(b"")
    assert run(command(photos, tiny_bundle, tmp_path / "none")) == 2
    assert "cannot read any of the photos" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "name the folder with the photos"),
        (["there", "--truth", "here"], "--truth replaces SITE"),
        (["--truth", "here", "--labels", "x.csv"], "leave out --labels"),
        (["there", "--recall", "1"], "recall must be between"),
        (["there", "--patches", "0"], "patches must be at least 1"),
        (["there"], "does not exist"),
    ],
)
def test_usage_errors_teach(arguments, said, tiny_bundle, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert run(["validate", *arguments, "--model", str(tiny_bundle)]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("layout", ["classes", "masks", "sdnet2018"])
def test_labelled_data_stands_for_the_person(layout, tiny_bundle, tmp_path):
    data = patch_folder(tmp_path / "data", 8, layout=layout)
    settings = {"model": str(tiny_bundle), "truth": data, "patches": 6, "photos": 9}
    found = crackscope.validate(out=tmp_path / "out", **settings).data
    assert found["site"]["photos"] == min(9, found["site"]["of_photos"])
    assert found["default"]["labels"]["all"] == 6
    assert not (tmp_path / "out" / "label.html").exists()
    again = crackscope.validate(out=tmp_path / "out", **settings).data
    assert again["default"] == found["default"]


def test_drawn_photos_go_all_the_way(tiny_bundle, tmp_path):
    photos = tmp_path / "photos"
    for number, kind in enumerate(("cracked", "sound", "joint", "hairline")):
        drawn_photo(photos / f"{kind}.jpg", kind, 480, 360, seed=number)
    out = tmp_path / "out"
    assert run(command(photos, tiny_bundle, out, "--patches", 24)) == 0
    label(photos, out, tells=lambda site, row: row["photo"] == "cracked.jpg")
    assert run(command(photos, tiny_bundle, out, "--patches", 24)) == 0


@pytest.fixture(scope="module")
def network(tmp_path_factory) -> Path:
    """A whole bundle of a network that has learnt nothing, but whose features see colours."""
    keras = pytest.importorskip("keras")
    from crackscope.exporting import onnx, verify
    from crackscope.graphs import int8
    from crackscope.models import classifier
    from crackscope.training import pack

    folder = tmp_path_factory.mktemp("models") / "network"
    keras.utils.set_random_seed(3)
    model = classifier.build("small-cnn", 32, 0.2, seed=0)
    onnx.write_features(model, folder.with_suffix(".onnx"))
    known = np.zeros((3, 10, 10), np.int8)
    trained_on = {"digest": np.zeros((3, 8), np.uint8), "shape": known, "scale": np.zeros(3, "f2")}
    pack.write(folder, model, folder.with_suffix(".onnx"), INFO, trained_on)
    graphs = (folder / bundles.ONNX, folder / bundles.INT8)
    int8.write(*graphs, [verify.probes(SIDE, seed=5)], in_float=0)
    pack.seal(folder, INFO)
    return folder


INFO: dict[str, Any] = {
    "name": "untaught",
    "version": "1",
    "backbone": "small-cnn",
    "input": {"window": SIDE, "size": 32},
    "thresholds": {"lower": 0.2, "upper": 0.5},
    "calibration": {"method": "temperature", "temperature": 1.0, "fitted_on": "nothing"},
    "data": {
        "name": "nothing",
        "licence": "none",
        "hash": "0",
        "counts": {side: {"crack": 0, "sound": 0} for side in ("train", "val", "test")},
    },
    "split": {"name": "grouped", "seed": 0, "leaks": 0, "notes": []},
    "started_from": "random weights",
    "licence": "Apache-2.0",
    "metrics": {},
}


@pytest.mark.train
def test_adapting_to_labels_that_tell_something(network, tmp_path):
    site, out = blocks(tmp_path / "site", photos=16, side=3), tmp_path / "out"
    line = command(site, network, out, "--patches", 100, "--adapt")
    assert run(line) == 0
    label(site, out, tells=is_red)
    assert run(line) == 0
    adapted = json.loads((out / "metrics.json").read_text())["adapted"]
    assert adapted["kept"], adapted
    assert adapted["left_out"]["auroc_gain"]["low"] > 0.1
    assert adapted["model"]["recall"]["value"] > 0.8
    old, new = bundles.load(network), bundles.load(out)
    assert new.name == f"{old.name}-site"
    assert new.info["started_from"] == old.identity
    assert new.info["adapted"]["labels"]["photos"] == 16
    assert new.thresholds.lower < new.thresholds.upper <= 0.5
    assert "Adapted to site" in (new.folder / "card.md").read_text(encoding="utf-8")
    trained_on = [len(each.arrays(bundles.TRAINED_ON)["digest"]) for each in (old, new)]
    assert trained_on[1] == trained_on[0] + 100
    _scores_as_its_golden_inputs_say(new)
    seen = rows(out / "drawn.csv")[0]
    before, after = (
        crackscope.load(each.folder).runtime(window(site, seen)[None]) for each in (old, new)
    )
    assert abs(before - after) > 0.01


def _scores_as_its_golden_inputs_say(bundle):
    from crackscope.runtimes.keras import KerasRuntime

    golden = bundle.arrays(bundles.GOLDEN)
    for runtime in (crackscope.load(bundle.folder).runtime, KerasRuntime(bundle)):
        assert np.abs(runtime(golden["pixels"]) - golden["scores"]).max() < 1e-5
    nearly = crackscope.load(bundle.folder, precision="int8").runtime(golden["pixels"])
    assert np.sqrt(np.mean(np.square(nearly - golden["scores"]))) < 0.1


@pytest.mark.train
def test_labels_that_tell_nothing_keep_the_default_and_drop_an_older_model(network, tmp_path):
    site, out = blocks(tmp_path / "site", photos=12, side=3), tmp_path / "out"
    line = command(site, network, out, "--patches", 80, "--adapt")
    assert run(line) == 0
    (out / "model").mkdir()
    rng = np.random.default_rng(0)
    label(site, out, tells=lambda site, row: rng.random() < 0.5)
    assert run(line) == 0
    adapted = json.loads((out / "metrics.json").read_text())["adapted"]
    assert not adapted["kept"]
    assert "the default is kept" in (out / "report.html").read_text(encoding="utf-8")
    assert not (out / "model").exists()


@pytest.mark.train
def test_too_few_labels_are_said(network, tmp_path, capsys):
    site, out = blocks(tmp_path / "site", photos=3), tmp_path / "out"
    line = command(site, network, out, "--adapt")
    assert run(line) == 0
    label(site, out, tells=is_red)
    assert run(line) == 0
    assert "Not adapted: adapting needs at least" in capsys.readouterr().out


@pytest.mark.train
def test_a_model_without_a_head_of_its_own_is_refused(tiny_bundle):
    from crackscope.graphs import head

    with pytest.raises(UsageError, match="does not end in a logistic unit"):
        head.read(tiny_bundle / bundles.ONNX)
