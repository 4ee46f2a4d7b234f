import shutil
import zipfile

import numpy as np
import pytest

from crackscope.datasets.readers import open_dataset
from crackscope.evaluation.cross import cache, matrix
from crackscope.evaluation.cross.matrix import Rules
from crackscope.evaluation.cross.sets import open_sets
from crackscope.evaluation.cross.spec import parse
from crackscope.evaluation.evaluate import evaluate_dataset
from crackscope.inspection.inspector import load
from crackscope.models import bundle as bundles
from crackscope.runtimes.features import OnnxFeatures
from support_cross import write_surface
from support_evaluation import shade, trained_on
from support_pictures import encode

pytest.importorskip("sklearn")
pytest.importorskip("scipy")
QUICK = Rules(resamples=100)


def run(model, folder, *texts, rules=QUICK):
    bundle = bundles.load(model)
    opened = open_sets([parse(text.replace("@", f"{folder}/")) for text in texts])
    pool = matrix.gather(opened, bundle, OnnxFeatures(bundle), folder / "kept")
    cells = matrix.measure(pool, opened.sets, bundle.thresholds.upper, rules)
    return pool, {(cell.train, cell.test): cell for cell in cells}


def auroc(cell):
    return cell.result.metrics["auroc"].value


def test_each_set_is_trained_on_and_tested_on(feature_bundle, surfaces):
    texts = ("@dark", "@red", "far=@dark:Positive+@walls")
    pool, cells = run(feature_bundle, surfaces, *texts)
    assert len(cells) == 4 * 3
    assert len(pool.patches) == 32 + 32 + 10
    for name in ("dark", "red", "far"):
        assert auroc(cells[name, name]) == 1.0
    assert auroc(cells["dark", "far"]) == auroc(cells[None, "dark"]) == 1.0
    assert auroc(cells["dark", "red"]) < 0.9
    assert cells["dark", "far"].result.counts["sound"] == 10
    assert cells["dark", "dark"].cross_validated == 32
    assert cells["dark", "far"].cross_validated == 16
    assert cells["dark", "red"].cross_validated == cells[None, "dark"].cross_validated == 0
    for cell in cells.values():
        value = cell.result.metrics["recall_at_5pct_false_alarms"]
        assert 0 <= value.low <= value.value <= value.high <= 1


def test_the_first_row_is_what_evaluate_says(feature_bundle, surfaces):
    (surfaces / "dark" / "crack00.png").write_bytes(encode(shade(90, 7, side=200), "PNG"))
    _, cells = run(feature_bundle, surfaces, "@dark")
    found = evaluate_dataset(load(feature_bundle), open_dataset(surfaces / "dark"), resamples=100)
    assert cells[None, "dark"].result.metrics == found.result.metrics


def test_labels_by_chance_give_a_diagonal_of_chance(feature_bundle, tmp_path):
    """Sixteen photos, eight alike pictures of each, labels without meaning: memory would give 1."""
    rows = ["path,label,group"]
    (tmp_path / "noise").mkdir()
    for photo in range(16):
        colour = np.random.default_rng(photo).integers(40, 200, 3)
        for number in range(8):
            pixels = np.clip(colour + 0.2 * shade(0, 8 * photo + number), 0, 255).astype(np.uint8)
            name = f"{photo:02}-{number}.png"
            (tmp_path / "noise" / name).write_bytes(encode(pixels, "PNG"))
            rows.append(f"{name},{photo % 2},photo{photo}")
    (tmp_path / "noise" / "manifest.csv").write_text("\n".join(rows) + "\n")
    _, cells = run(feature_bundle, tmp_path, "@noise", rules=Rules(resamples=100, seeds=3))
    assert auroc(cells["noise", "noise"]) < 0.8


def test_a_copy_in_another_set_is_judged_by_a_head_that_did_not_see_it(feature_bundle, surfaces):
    shutil.copytree(surfaces / "dark", surfaces / "copied")
    pool, cells = run(feature_bundle, surfaces, "@dark", "@copied")
    assert cells["dark", "copied"].cross_validated == 32
    assert len(np.unique(pool.groups)) == 16
    assert cells["dark", "copied"].result.metrics == cells["dark", "dark"].result.metrics


def test_what_the_model_was_trained_on_is_not_tested_on(feature_bundle, surfaces, tmp_path):
    half = write_surface(tmp_path / "half", (60, 60, 60), (180, 180, 180), photos=4)
    model = trained_on(feature_bundle, tmp_path / "model", half)
    _, cells = run(model, surfaces, "@dark", "@red")
    for row in (None, "dark", "red"):
        assert cells[row, "dark"].result.counts["pictures"] == 32 - 16
        assert cells[row, "red"].result.counts["pictures"] == 32
    _, kept = run(model, surfaces, "@dark", rules=Rules(resamples=100, include_trained=True))
    assert kept[None, "dark"].result.counts["pictures"] == 32

    everything = trained_on(feature_bundle, tmp_path / "all", surfaces / "dark")
    _, cells = run(everything, surfaces, "@dark", "@red")
    assert cells["red", "dark"].result is None
    assert "no patches remain" in cells["red", "dark"].reason
    assert cells["dark", "red"].result is not None


def test_seeds_divide_anew_and_are_averaged(feature_bundle, surfaces):
    write_surface(surfaces / "faint", (120, 120, 120), (120, 120, 120), seed=3)
    _, cells = run(feature_bundle, surfaces, "@faint", rules=Rules(resamples=100, seeds=3))
    cell = cells["faint", "faint"]
    values = [each.metrics["auroc"].value for each in cell.by_seed]
    assert len(set(values)) > 1
    assert auroc(cell) == pytest.approx(np.mean(values))
    assert len(cells[None, "faint"].by_seed) == 1


def test_features_are_kept_whatever_the_order_and_computed_anew_when_damaged(
    feature_bundle, surfaces, monkeypatch
):
    first, _ = run(feature_bundle, surfaces, "@dark")
    (file,) = (surfaces / "kept" / cache.FOLDER).iterdir()
    with monkeypatch.context() as patched:
        patched.setattr(cache, "look_at", lambda *arguments: pytest.fail("computed again"))
        again, _ = run(feature_bundle, surfaces, "@dark")
        rows = (surfaces / "dark" / "manifest.csv").read_text().splitlines()
        (surfaces / "dark" / "manifest.csv").write_text("\n".join([rows[0], *rows[:0:-1]]) + "\n")
        turned, _ = run(feature_bundle, surfaces, "@dark")
    np.testing.assert_array_equal(first.seen.values, again.seen.values)
    np.testing.assert_array_equal(first.seen.values, turned.seen.values[::-1])
    for content in (b"", b"PK\x03\x04 no", file.read_bytes()[:200]):
        file.write_bytes(content)
        mended, _ = run(feature_bundle, surfaces, "@dark")
        np.testing.assert_array_equal(mended.seen.scores, turned.seen.scores)


def test_other_pictures_or_another_model_have_other_features(feature_bundle, surfaces, tmp_path):
    run(feature_bundle, surfaces, "@dark")
    (surfaces / "dark" / "crack00.png").write_bytes(encode(shade(90, 7), "PNG"))
    run(feature_bundle, surfaces, "@dark")
    run(trained_on(feature_bundle, tmp_path / "m", surfaces / "red"), surfaces, "@dark")
    assert len(list((surfaces / "kept" / cache.FOLDER).iterdir())) == 3


@pytest.mark.parametrize("header", [b"{'a':", b"(((((", b"\0\0\0\0\0"])
def test_features_that_are_damaged_are_computed_again(tmp_path, header):
    kept = cache.Features(np.ones((2, 3), np.float32), np.zeros(2))
    cache._keep(tmp_path / "kept.npz", kept)
    assert cache._load(tmp_path / "kept.npz", 2) is not None
    with zipfile.ZipFile(tmp_path / "kept.npz", "w") as archive:
        for name in ("values.npy", "scores.npy"):
            archive.writestr(name, b"\x93NUMPY\1\0\5\0" + header)
    assert cache._load(tmp_path / "kept.npz", 2) is None
