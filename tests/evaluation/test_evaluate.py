import shutil

import numpy as np
import pytest
from PIL import Image

from crackscope.datasets.readers import open_dataset
from crackscope.errors import DatasetError, NothingLeftError
from crackscope.evaluation import breakdown
from crackscope.evaluation.evaluate import evaluate_dataset, score_dataset, select
from crackscope.inspection.inspector import Inspector, load
from support_evaluation import shade, trained_on, write_labelled
from support_pictures import encode

pytest.importorskip("scipy")


@pytest.fixture
def data(tmp_path):
    return write_labelled(tmp_path / "data")


def test_a_picture_has_the_score_that_inspect_gives_it(tiny_bundle, data):
    (data / "crack" / "large.png").write_bytes(encode(shade(90, 7, side=300), "PNG"))
    inspector, dataset = load(tiny_bundle), open_dataset(data)
    scores, failed = score_dataset(inspector, dataset, dataset.patches, workers=3)
    assert scores.dtype == np.float64
    assert not failed
    for patch, score in zip(dataset.patches, scores, strict=True):
        assert score == pytest.approx(inspector.inspect(data / patch.path).score, abs=1e-6)


def test_the_unreadable_is_named_and_the_others_keep_their_scores(tiny_bundle, data):
    inspector = load(tiny_bundle)
    before = evaluate_dataset(inspector, open_dataset(data))
    (data / "crack" / "2_broken.png").write_bytes(b"\x89PNG\r\n\x1a\n cut off")
    (data / "sound" / "0_empty.jpg").write_bytes(b"")
    dataset = open_dataset(data)
    scores, failed = score_dataset(inspector, dataset, dataset.patches)
    assert {entry.path for entry in failed} == {"crack/2_broken.png", "sound/0_empty.jpg"}
    assert np.isnan(scores).sum() == 2
    after = evaluate_dataset(inspector, dataset)
    assert len(after.unreadable) == 2
    by_path = dict(zip((p.path for p in before.patches), before.scores, strict=True))
    assert {p.path: s for p, s in zip(after.patches, after.scores, strict=True)} == by_path


def test_nothing_readable_is_an_error(tiny_bundle, tmp_path):
    for name in ("crack", "sound"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.png").write_bytes(b"no")
    with pytest.raises(DatasetError, match="cannot read any of the 2"):
        evaluate_dataset(load(tiny_bundle), open_dataset(tmp_path))


def test_what_the_model_was_trained_on_is_left_out_with_its_near_copies(
    tiny_bundle, data, tmp_path
):
    trained = tmp_path / "trained"
    write_labelled(trained, each=2)
    with Image.open(data / "sound" / "5.png") as picture:  # a turned copy, saved anew as JPEG
        turned = picture.transpose(Image.Transpose.ROTATE_90)
    (data / "sound" / "turned.jpg").write_bytes(encode(turned, quality=92))
    shutil.copy(data / "sound" / "5.png", trained / "sound" / "5.png")
    model = load(trained_on(tiny_bundle, tmp_path / "model", trained))

    found = evaluate_dataset(model, open_dataset(data))
    left = {patch.path for patch in found.patches}
    assert found.trained_on == 8
    assert "sound/turned.jpg" not in left
    assert left == {f"{c}/{i}.png" for c in ("crack", "sound") for i in (2, 3, 4, 5)} - {
        "sound/5.png"
    }
    assert found.result.counts["pictures"] == 7
    assert any("8 patches were excluded" in note for note in found.result.notes)

    kept = evaluate_dataset(model, open_dataset(data), include_trained=True)
    assert kept.result.counts["pictures"] == 15
    assert kept.trained_on == 8
    assert any("memorisation" in note for note in kept.result.notes)


def test_nothing_left_is_a_gate(tiny_bundle, data, tmp_path):
    model = load(trained_on(tiny_bundle, tmp_path / "model", data))
    with pytest.raises(NothingLeftError, match="--include-trained"):
        evaluate_dataset(model, open_dataset(data))


def test_copies_count_as_one_photo(tiny_bundle, data):
    alone = evaluate_dataset(load(tiny_bundle), open_dataset(data))
    for number in range(5):
        shutil.copy(data / "crack" / "0.png", data / "crack" / f"copy{number}.png")
    copied = evaluate_dataset(load(tiny_bundle), open_dataset(data))
    assert copied.result.counts["groups"] == alone.result.counts["groups"] == 14
    assert copied.result.counts["pictures"] == alone.result.counts["pictures"] + 5


def test_where_it_fails(tiny_bundle, data):
    found = evaluate_dataset(load(tiny_bundle), open_dataset(data))
    wrong = [found.patches[row].path for row in breakdown.worst(found, 10)]
    assert wrong == ["sound/9_wrong.png", "crack/9_wrong.png"]
    assert len(breakdown.worst(found, 1)) == 1
    words = " ".join(breakdown.in_words(found))
    assert "classifies 12 of 14 patches correctly" in words
    assert "misses 1 of 7" in words
    baselines = breakdown.baselines(found)
    assert baselines["always_crack"]["recall"] == 1.0
    assert baselines["always_sound"]["false_alarm_rate"] == 0.0
    assert baselines["always_sound"]["accuracy"] == 0.5


def test_parts_are_counted_by_name_and_sorted_by_errors():
    names, labels = ["a", "b", "b", "", "a"], np.array([1, 1, 0, 1, 0])
    first, second = breakdown.parts(names, labels, np.array([1, 0, 1, 0, 0]))
    assert (first.name, first.cracked, first.missed, first.false_alarms) == ("b", 1, 1, 1)
    assert (second.name, second.errors) == ("a", 0)


def test_copies_are_counted_here_and_not_by_train_and_both_say_so(tiny_bundle, data):
    scope = load(tiny_bundle)
    assert not any("exact copies" in note for note in select(scope, open_dataset(data)).notes)
    for name in ("a", "b"):
        shutil.copy(data / "crack" / "1.png", data / "crack" / f"{name}.png")
    chosen = select(scope, open_dataset(data))
    (note,) = [note for note in chosen.notes if "exact copies" in note]
    assert note.startswith("2 of these patches are exact copies")
    assert "`train` excludes copies" in note
    assert len(chosen.patches) == len(open_dataset(data))


def test_a_picture_that_memory_does_not_suffice_for_has_failed(tiny_bundle, data, monkeypatch):
    with Image.open(data / "crack" / "1.png") as dark:
        width, height = dark.size
    Image.new("RGB", (width + 1, height), "grey").save(data / "crack" / "large.png")
    original = Inspector.score_photos

    def score(self, photos):
        if any(photo.width == width + 1 for photo in photos):
            raise RuntimeError("bad allocation")
        return original(self, photos)

    monkeypatch.setattr(Inspector, "score_photos", score)
    inspector, dataset = load(tiny_bundle), open_dataset(data)
    scores, failed = score_dataset(inspector, dataset, dataset.patches, workers=2)
    assert [(bad.path, bad.kind) for bad in failed] == [("crack/large.png", "out_of_memory")]
    assert np.isnan(scores).tolist() == [p.path == "crack/large.png" for p in dataset.patches]
    assert [bad.path for bad in evaluate_dataset(inspector, dataset).unreadable] == [
        "crack/large.png"
    ]


def test_what_is_no_shortage_of_memory_ends_the_evaluation(tiny_bundle, data, monkeypatch):
    def score(self, photos):
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(Inspector, "score_photos", score)
    dataset = open_dataset(data)
    with pytest.raises(RuntimeError, match="a fault of ours"):
        score_dataset(load(tiny_bundle), dataset, dataset.patches)
