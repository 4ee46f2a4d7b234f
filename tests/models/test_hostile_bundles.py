"""Models from elsewhere: whatever is in them, exit code 2 and the reason, never a traceback."""

import io
import json
import shutil
import zipfile
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crackscope.cli.main import run
from crackscope.errors import BundleError
from crackscope.inspection.inspector import load
from crackscope.models import bundle, description, untrusted
from support_pictures import encode, noise

onnx = pytest.importorskip("onnx")
helper, FLOAT, UINT8 = onnx.helper, onnx.TensorProto.FLOAT, onnx.TensorProto.UINT8


@pytest.fixture
def folder(convolutional_bundle, tmp_path):
    return shutil.copytree(convolutional_bundle, tmp_path / "model")


@pytest.fixture
def refused(folder, tmp_path, monkeypatch, capfd):
    """Seal what was done to the model, inspect with it, and give the reason on stderr."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "photo.png").write_bytes(encode(noise(150, 150, 1), "PNG"))

    def reason(*options, seal=True):
        if seal:
            bundle.seal(folder)
        arguments = ["inspect", "photo.png", "--model", str(folder), "--out", "out", *options]
        code = run(arguments)
        said = capfd.readouterr().err
        assert code == 2, said
        assert "Traceback" not in said
        return said

    return reason


def save(path, **content):
    np.savez(path, **content)


def graph(*nodes, inputs=(), initializers=()):
    """A network of uint8 pixels; its output is `score`."""
    made = helper.make_graph(
        list(nodes),
        "graph",
        [helper.make_tensor_value_info("pixels", UINT8, ["n", "h", "w", 3]), *inputs],
        [helper.make_tensor_value_info("score", FLOAT, None)],
        list(initializers),
    )
    opset = [helper.make_opsetid("", 13)]
    return helper.make_model(made, opset_imports=opset, ir_version=8)


def mean(output):
    return [
        helper.make_node("Cast", ["pixels"], ["float"], to=FLOAT),
        helper.make_node("ReduceMean", ["float"], [output], axes=[1, 2, 3], keepdims=0),
    ]


# What SHA256SUMS does not list


@pytest.mark.parametrize(
    "name", [name for name in bundle._OPTIONAL if name not in (bundle.CELLS, bundle.KERAS)]
)
def test_a_file_beside_a_sealed_model_is_refused(name, folder, refused):
    (folder / name).write_bytes(b"whatever")
    assert f"does not list {name}" in refused(seal=False)


def test_files_that_are_not_a_models_own_are_left_alone(folder, tmp_path):
    for name in (".DS_Store", "notes.txt", "other.npz"):
        (folder / name).write_bytes(b"whatever")
    loaded = bundle.load(folder)
    assert loaded.files == {bundle.ONNX, bundle.JSON, bundle.CARD, bundle.CELLS}
    with pytest.raises(BundleError, match=r"has no other\.npz"):
        loaded.file("other.npz")


def test_a_part_that_is_not_listed_is_not_opened(folder, tmp_path, refused):
    outside = tmp_path / "outside.onnx"
    outside.write_bytes((folder / bundle.ONNX).read_bytes())
    for name in ("model.part1.onnx", "../outside.onnx", str(outside)):
        part = {"file": name, "takes": "pixels", "gives": "features", "levels": [], "halo": [0, 0]}
        (folder / bundle.PARTS).write_text(json.dumps({"f32": [part]}), encoding="utf-8")
        bundle.seal(folder)
        (folder / "model.part1.onnx").write_bytes(outside.read_bytes())
        assert f"has no {name}" in refused(seal=False)
        (folder / "model.part1.onnx").unlink()


@pytest.mark.parametrize("where", ["", "../", "absolute"])
@pytest.mark.parametrize("runtime", ["onnx", "openvino"])
def test_weights_in_a_file_that_no_checksum_covers_are_refused(
    runtime, where, folder, tmp_path, refused
):
    if runtime == "openvino":
        pytest.importorskip("openvino", reason="needs the extra [openvino]")
    place = {"": folder, "../": tmp_path, "absolute": tmp_path}[where]
    (place / "secret.bin").write_bytes(np.zeros(1, np.float32).tobytes())
    name = str(place / "secret.bin") if where == "absolute" else f"{where}secret.bin"
    secret = onnx.TensorProto(name="secret", data_type=FLOAT, dims=[1])
    secret.data_location = onnx.TensorProto.EXTERNAL
    secret.external_data.add(key="location", value=name)
    secret.external_data.add(key="length", value="4")
    model = graph(
        *mean("mean"), helper.make_node("Mul", ["mean", "secret"], ["score"]), initializers=[secret]
    )
    (folder / bundle.ONNX).write_bytes(model.SerializeToString())
    (folder / bundle.CELLS).unlink()
    assert "secret.bin" in refused("--runtime", runtime)


def test_weights_are_looked_for_wherever_a_graph_may_have_them():
    def tensor(name):
        made = onnx.TensorProto(name=name, data_location=onnx.TensorProto.EXTERNAL)
        made.external_data.add(key="offset", value="0")
        made.external_data.add(key="location", value=name)
        return made

    inner = helper.make_graph([], "inner", [], [], [tensor("in a branch")])
    sparse = onnx.SparseTensorProto(values=tensor("sparse values"), indices=tensor("sparse places"))
    nodes = [
        helper.make_node("Constant", [], ["a"], value=tensor("in a node")),
        helper.make_node("If", ["c"], ["b"], then_branch=inner),
        helper.make_node("Other", [], ["d"], many=[tensor("one of many")]),
        helper.make_node("Constant", [], ["e"], sparse_value=sparse),
    ]
    model = graph(*nodes, initializers=[tensor("weights")])
    model.functions.add(name="f").node.append(
        helper.make_node("Constant", [], ["a"], value=tensor("in a function"))
    )
    assert untrusted.external_files(model.SerializeToString()) == {
        "weights",
        "in a node",
        "in a branch",
        "one of many",
        "sparse values",
        "sparse places",
        "in a function",
    }
    plain = (bundle.find("crackscope") / bundle.ONNX).read_bytes()
    assert untrusted.external_files(plain) == set()


# model.json


@pytest.mark.parametrize(
    "text",
    [
        "[" * 200_000,
        '{"a":' * 100_000,
        "[]",
        '"text"',
        "null",
        "",
        "{",
        b"\xff\xfe\x00",
        '{"x": NaN}',
        '{"x": -Infinity}',
        '{"x": 1e999}',
    ],
    ids=lambda text: repr(text)[:20],
)
def test_what_is_no_model_json_is_refused(text, folder, refused):
    content = text if isinstance(text, bytes) else text.encode()
    (folder / bundle.JSON).write_bytes(content)
    assert "model.json cannot be read" in refused()


@pytest.mark.parametrize(
    ("section", "values"),
    [
        *(("input", {"window": window, "size": 32}) for window in (-5, 0, 1, 1e308, 64.5, 10**9)),
        *(
            ("input", {"window": window, "size": 32})
            for window in (None, "64", True, [64], 10**400)
        ),
        ("input", {"window": 64}),
        ("input", {"window": 64, "size": -5}),
        ("input", [64, 32]),
        ("thresholds", {"lower": 0.9, "upper": 0.5}),
        ("thresholds", {"lower": "a", "upper": 0.5}),
        ("thresholds", None),
        ("thresholds", {"lower": 0.2, "upper": 0.5, "more": 1}),
        ("cracks", {"lower": 0.2}),
        ("cracks", {"lower": 2, "upper": 3}),
        ("lines", {"ask": -2.0, "score": 0.1, "more": 1}),
        ("lines", {"ask": 10**400, "score": 0.1}),
        ("lines", ["ask", "score"]),
        ("concrete", {"limit": "low"}),
        ("concrete", -2.0),
        ("name", "../../outside"),
        ("name", ""),
        ("name", ["a"]),
        ("name", "a\nb"),
        ("version", 1),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_nonsense_in_model_json_is_refused(section, values, folder, refused):
    info = json.loads((folder / bundle.JSON).read_text(encoding="utf-8"))
    (folder / bundle.JSON).write_text(json.dumps({**info, section: values}), encoding="utf-8")
    said = refused()
    assert "model.json cannot be read" in said
    assert "Received: " in said or "received " in said


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["window", "size", "lower", "upper", "ask", "score", "limit"]), inner
        )
    ),
    max_leaves=6,
)
SECTIONS = ("name", "version", "input", "thresholds", "cracks", "lines", "concrete")


@given(st.dictionaries(st.sampled_from(SECTIONS), JSON))
def test_model_json_is_a_models_or_a_sentence(values):
    sound = {
        "name": "n",
        "version": "1",
        "input": {"window": 64, "size": 64},
        "thresholds": {"lower": 0.2, "upper": 0.5},
    }
    with suppress(ValueError, BundleError):
        info = description.parse(json.dumps({**sound, **values}).encode())
        assert 8 <= info["input"]["window"] <= 4096
        assert 0 < info["thresholds"]["lower"] <= info["thresholds"]["upper"] < 1


# .npz


def bomb(path):
    """More zeros than a model may have, in 0.3 MB."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        header = io.BytesIO()
        np.lib.format.write_array_header_1_0(
            header, {"shape": (18 * 2**24,), "fortran_order": False, "descr": "|u1"}
        )
        with archive.open("kernel.npy", "w", force_zip64=True) as entry:
            entry.write(header.getvalue())
            for _ in range(18):
                entry.write(bytes(2**24))


def promise(path):
    """A header that promises a terabyte, and nothing behind it."""
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        header, {"shape": (2**40,), "fortran_order": False, "descr": "|u1"}
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("kernel.npy", header.getvalue())


KERNEL = {"kernel": np.ones(3), "bias": 0.0, "stride": 8, "side": 4, "window": 64}
MANY = np.zeros((4, 4))
HOSTILE_CELLS = {
    "zip that is cut": lambda path: path.write_bytes(b"PK\3\4junk"),
    "empty": lambda path: path.write_bytes(b""),
    "bomb": bomb,
    "promise": promise,
    "pickle": lambda path: save(path, **{**KERNEL, "kernel": np.array([{}], dtype=object)}),
    "text": lambda path: save(path, **{**KERNEL, "kernel": np.array(["a"])}),
    "NaN bias": lambda path: save(path, **{**KERNEL, "bias": np.nan}),
    "infinite kernel": lambda path: save(path, **{**KERNEL, "kernel": np.full(3, np.inf)}),
    "no bias": lambda path: save(path, kernel=np.ones(3)),
    "kernel of two axes": lambda path: save(path, **{**KERNEL, "kernel": np.ones((3, 1))}),
    "other kernel": lambda path: save(path, **{**KERNEL, "kernel": np.ones(7)}),
    "side 0": lambda path: save(path, **{**KERNEL, "side": 0}),
    "side -4": lambda path: save(path, **{**KERNEL, "side": -4}),
    "stride of many": lambda path: save(path, **{**KERNEL, "stride": MANY}),
    "other stride": lambda path: save(path, **{**KERNEL, "stride": 4}),
    "window 1e308": lambda path: save(path, **{**KERNEL, "window": 1e308}),
    "short material": lambda path: save(path, **KERNEL, material=np.ones(2)),
}


@pytest.mark.parametrize("kind", HOSTILE_CELLS)
def test_hostile_cells_are_refused(kind, folder, refused):
    HOSTILE_CELLS[kind](folder / bundle.CELLS)
    said = refused()
    assert "cells.npz cannot be read" in said or "are inconsistent" in said


@pytest.mark.parametrize("name", [bundle.SURFACE, bundle.CRACKS])
@pytest.mark.parametrize(
    "content",
    [
        {},
        {"mean": np.ones(2), "whitening": np.ones(2), "limit": 1.0},
        {"mean": np.ones(19), "whitening": np.eye(19), "limit": -1.0},
        {"mean": np.ones(14), "spread": np.zeros(14), "weights": np.ones(14), "bias": 0.0},
        {"mean": np.full(14, np.nan), "spread": np.ones(14), "weights": np.ones(14), "bias": 0.0},
    ],
)
def test_other_arrays_of_the_wrong_shape_are_refused(name, content, folder, refused):
    save(folder / name, **content)
    assert f"{name} cannot be read" in refused()


ARCHIVE = io.BytesIO()
np.savez(ARCHIVE, **KERNEL)
ONNX = graph(*mean("score")).SerializeToString()


def damaged(content, places):
    changed = bytearray(content)
    for at, value in places:
        changed[at % len(changed)] = value
    return bytes(changed)


PLACES = st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=20)


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(PLACES)
def test_damaged_arrays_are_arrays_or_a_sentence(places):
    with suppress(ValueError):
        found = untrusted.arrays(damaged(ARCHIVE.getvalue(), places))
        assert all(np.isfinite(values).all() for values in found.values())


@settings(max_examples=300, deadline=None)
@given(PLACES | st.binary())
def test_damaged_graphs_are_graphs_or_a_sentence(places):
    content = places if isinstance(places, bytes) else damaged(ONNX, places)
    with suppress(ValueError):
        assert isinstance(untrusted.external_files(content), set)


# Networks


def _nan():
    return graph(
        *mean("mean"),
        helper.make_node("Sub", ["mean", "mean"], ["zero"]),
        helper.make_node("Div", ["zero", "zero"], ["score"]),
    )


NETWORKS = {
    "a score a pixel": lambda: graph(helper.make_node("Cast", ["pixels"], ["score"], to=FLOAT)),
    "one score": lambda: graph(
        helper.make_node("Cast", ["pixels"], ["float"], to=FLOAT),
        helper.make_node("ReduceMean", ["float"], ["score"], keepdims=0),
    ),
    "NaN": _nan,
    "two inputs": lambda: graph(
        *mean("mean"),
        helper.make_node("Add", ["mean", "more"], ["score"]),
        inputs=[helper.make_tensor_value_info("more", FLOAT, [1])],
    ),
    "shapes that do not fit": lambda: graph(
        *mean("mean"),
        helper.make_node("Add", ["mean", "seven"], ["score"]),
        initializers=[helper.make_tensor("seven", FLOAT, [7], [0.0] * 7)],
    ),
}


@pytest.mark.parametrize("kind", NETWORKS)
@pytest.mark.parametrize("runtime", ["onnx", "openvino"])
def test_hostile_networks_are_refused(runtime, kind, folder, refused):
    if runtime == "openvino":
        pytest.importorskip("openvino", reason="needs the extra [openvino]")
    (folder / bundle.ONNX).write_bytes(NETWORKS[kind]().SerializeToString())
    (folder / bundle.CELLS).unlink()
    said = refused("--runtime", runtime)
    assert "network" in said or "must have one input" in said


PART = {"file": "model.part1.onnx", "takes": "pixels", "gives": "features"}


@pytest.mark.parametrize(
    "change",
    [
        {"stride": 0},
        {"tile": -1},
        {"tile": "8"},
        {"halo": [-1, 0]},
        {"halo": [0]},
        {"rows": 1e308},
        {"levels": [{"name": "a", "value": "b", "stride": 0}]},
        {"gives": "nothing of the kind"},
        {"takes": "nothing of the kind"},
        {"more": 1},
    ],
    ids=str,
)
def test_hostile_parts_are_refused(change, folder, refused):
    (folder / "model.part1.onnx").write_bytes((folder / bundle.ONNX).read_bytes())
    part = {**PART, "levels": [], "halo": [0, 0], **change}
    (folder / bundle.PARTS).write_text(json.dumps({"f32": [part]}), encoding="utf-8")
    said = refused()
    assert "parts.json cannot be read" in said or "the network cannot be run" in said


def test_a_sound_model_is_loaded(folder):
    bundle.seal(folder)
    assert load(folder).inspect(noise(150, 150, 1)).ok
