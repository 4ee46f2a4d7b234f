import json

import pytest

from crackscope import hashing
from crackscope.errors import BundleError
from crackscope.models import bundle

INFO = {
    "name": "tiny",
    "version": "1",
    "input": {"window": 64, "size": 32},
    "thresholds": {"lower": 0.2, "upper": 0.5},
}


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "model"
    made.mkdir()
    (made / bundle.ONNX).write_bytes(b"graph")
    (made / bundle.CARD).write_text("# card")
    (made / bundle.JSON).write_text(json.dumps(INFO))
    bundle.seal(made)
    return made


def test_a_bundle_is_found_by_its_folder_and_by_its_run(folder):
    assert bundle.load(folder) == bundle.load(folder.parent)
    digest = hashing.of_bytes((folder / bundle.SUMS).read_bytes())
    assert bundle.load(folder).identity == f"tiny@1+{digest[:12]}"


@pytest.mark.parametrize("name", [bundle.ONNX, bundle.CARD, bundle.JSON])
def test_a_changed_file_is_not_trusted(folder, name):
    with (folder / name).open("ab") as file:
        file.write(b" ")
    with pytest.raises(BundleError, match="does not match its checksum"):
        bundle.load(folder)


@pytest.mark.parametrize("name", [bundle.ONNX, bundle.CARD, bundle.JSON, bundle.SUMS])
def test_a_missing_file_is_named(folder, name):
    (folder / name).unlink()
    with pytest.raises(BundleError, match=r"incomplete|must be a bundle"):
        bundle.load(folder)


def test_a_file_left_out_of_the_sums_is_not_trusted(folder):
    lines = (folder / bundle.SUMS).read_text().splitlines()
    kept = [line for line in lines if bundle.ONNX not in line]
    (folder / bundle.SUMS).write_text("\n".join(kept) + "\n")
    with pytest.raises(BundleError, match="does not list"):
        bundle.load(folder)


def test_sums_cannot_name_a_file_outside(folder):
    secret = folder.parent / "secret"
    secret.write_text("s")
    with (folder / bundle.SUMS).open("a") as file:
        file.write(f"{hashing.of_file(secret)}  ../secret\n")
    with pytest.raises(BundleError, match="outside the folder"):
        bundle.load(folder)


@pytest.mark.parametrize(
    "change",
    [{"thresholds": {"lower": 0.9, "upper": 0.5}}, {"input": None}, {"input": {"window": "x"}}],
)
def test_nonsense_in_model_json_is_refused(folder, change):
    (folder / bundle.JSON).write_text(json.dumps({**INFO, **change}))
    bundle.seal(folder)
    with pytest.raises(BundleError):
        bundle.load(folder)


def test_what_is_no_model_is_answered_with_what_is(tmp_path):
    with pytest.raises(BundleError, match="does not exist"):
        bundle.load(tmp_path / "nothing")
    with pytest.raises(BundleError, match="run folder"):
        bundle.load(tmp_path)
