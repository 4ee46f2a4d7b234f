import json
from pathlib import Path

import numpy as np
import pytest

from crackscope.commands.audit.run import audit as audit_command
from crackscope.curation import label_errors
from crackscope.curation.audit import audit
from crackscope.datasets.readers import open_dataset
from crackscope.errors import OutputTakenError
from support_data import class_folders, jpeg, wall, write

pytest.importorskip("scipy", reason="needs the extra [evaluate]")


@pytest.fixture(scope="module")
def spoilt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """80 pictures with one fault of each kind."""
    files = class_folders(40, 40)
    files["crack/broken.jpg"] = files["crack/000.jpg"][:400]
    files["crack/empty.jpg"] = b""
    files["crack/odd.jpg"] = jpeg(wall(500, True, side=80))
    files["crack/same.jpg"] = files["crack/001.jpg"]
    files["crack/turned.jpg"] = jpeg(np.rot90(wall(2, True)).copy(), 70)
    files["sound/contradicts.jpg"] = jpeg(wall(3, True)[::-1].copy(), 80)
    files["sound/wrong.jpg"] = jpeg(wall(900, True))
    return write(tmp_path_factory.mktemp("spoilt"), files)


def test_every_fault_is_found(spoilt: Path) -> None:
    found = audit(open_dataset(spoilt), suspicious=4)
    assert {entry.path: entry.kind for entry in found.unreadable} == {
        "crack/broken.jpg": "truncated",
        "crack/empty.jpg": "empty",
    }
    assert found.odd == ("crack/odd.jpg",)
    assert [(a.path, b.path) for a, b in found.exact] == [("crack/001.jpg", "crack/same.jpg")]
    near = {frozenset((a.path, b.path)) for a, b in found.near}
    assert frozenset(("crack/002.jpg", "crack/turned.jpg")) in near
    contradictions = [(a.path, b.path) for a, b in found.in_both_classes]
    assert contradictions == [("crack/003.jpg", "sound/contradicts.jpg")]
    assert found.classes == {"crack": 43, "sound": 42}
    assert found.unique == {"crack": 42, "sound": 42}
    assert "sound/wrong.jpg" in [one.patch.path for one in found.suspicious[:3]]
    assert len(found.suspicious) == 4
    json.dumps(found.to_dict(), allow_nan=False)


def test_command_writes_page_document_and_sheets(spoilt: Path, tmp_path: Path) -> None:
    outcome = audit_command(spoilt, out=tmp_path / "audit", suspicious=4)
    assert outcome.exit_code == 3
    assert sorted(outcome.failed) == ["crack/broken.jpg", "crack/empty.jpg"]
    written = {path.name for path in (tmp_path / "audit").iterdir()}
    sheets = {"suspicious.png", "in_both_classes.png", "near_copies.png"}
    assert {"audit.html", "audit.json", *sheets} <= written
    document = json.loads((tmp_path / "audit" / "audit.json").read_text())
    assert document["counts"]["exact"] == 1
    page = (tmp_path / "audit" / "audit.html").read_text(encoding="utf-8")
    for part in ("crack/broken.jpg", "suspicious.png", "64x64"):
        assert part in page
    again = audit_command(spoilt, out=tmp_path / "audit", suspicious=4)
    assert "is finished" in again.text
    assert again.text.endswith(outcome.text)
    assert (again.data, again.exit_code) == (json.loads(json.dumps(outcome.data)), 0)
    with pytest.raises(OutputTakenError, match="other settings"):
        audit_command(spoilt, out=tmp_path / "audit", suspicious=5)


def test_clean_data_of_one_class(tmp_path: Path) -> None:
    root = write(tmp_path / "d", class_folders(0, 5))
    outcome = audit_command(root, out=tmp_path / "audit", workers=1)
    assert outcome.exit_code == 0
    assert "both classes" in outcome.text
    assert not (tmp_path / "audit" / "suspicious.png").exists()


def test_nothing_can_be_read(tmp_path: Path) -> None:
    root = write(tmp_path / "d", {"crack/a.jpg": b"", "sound/b.jpg": b"text"})
    outcome = audit_command(root, out=tmp_path / "audit")
    assert outcome.exit_code == 3
    assert len(outcome.failed) == 2


def test_copies_in_two_subsets_of_a_given_split(tmp_path: Path) -> None:
    files = {f"train/{name}": content for name, content in class_folders(3, 3).items()}
    files["test/crack/copy.jpg"] = files["train/crack/000.jpg"]
    found = audit(open_dataset(write(tmp_path, files)))
    assert [(a.path, b.path) for a, b in found.on_two_sides] == [
        ("test/crack/copy.jpg", "train/crack/000.jpg")
    ]
    assert found.splits == {"train": 6, "test": 1}


def test_line_features_do_not_change_with_flips_and_see_a_line() -> None:
    grey = np.stack([wall(1, cracked, 64)[..., 0] for cracked in (True, False)])
    features = label_errors.line_features(grey.astype(np.float32))
    mirrored = label_errors.line_features(grey[:, ::-1].astype(np.float32))
    assert features.shape == (2, 42)
    np.testing.assert_allclose(features[:, :30], mirrored[:, :30], atol=2e-3)
    assert features[0, 30] > 4 * features[1, 30]


def test_doubts_need_two_groups_of_each_class() -> None:
    features = np.random.default_rng(0).normal(size=(8, 3)).astype(np.float32)
    labels = np.array([1, 1, 1, 1, 0, 0, 0, 0])
    one_photo = np.array([0, 0, 0, 0, 1, 2, 3, 4])
    assert label_errors.doubts(features, labels, one_photo) is None
    doubt = label_errors.doubts(features, labels, np.arange(8))
    assert doubt is not None
    assert ((doubt >= 0) & (doubt <= 1)).all()
