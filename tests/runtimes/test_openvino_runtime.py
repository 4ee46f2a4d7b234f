"""What only OpenVINO has: a precision of its own accord, streams, an extra."""

import sys

import pytest

from crackscope import environment
from crackscope.errors import BundleError, MissingExtraError, UsageError
from crackscope.models import bundle
from crackscope.runtimes.openvino import OpenVinoRuntime, check_processor, settings

openvino = pytest.importorskip("openvino", reason="needs the extra [openvino]")


def test_the_precision_is_told_and_not_left_to_the_processor(tiny_bundle, monkeypatch):
    """Where the processor has bf16, what is compiled without a hint computes in it."""
    told = []
    compile_model = openvino.Core.compile_model

    def compiled(core, network, device, given):
        told.append(given)
        return compile_model(core, network, device, given)

    monkeypatch.setattr(openvino.Core, "compile_model", compiled)
    runtime = OpenVinoRuntime(bundle.load(tiny_bundle))
    assert [given["INFERENCE_PRECISION_HINT"] for given in told] == ["f32"]
    assert runtime.description == f"OpenVINO {openvino.__version__.partition('-')[0]}, f32"


def test_another_precision_than_asked_for_is_refused(tiny_bundle, monkeypatch):
    monkeypatch.setattr(openvino.CompiledModel, "get_property", lambda *_: openvino.Type.f16)
    with pytest.raises(UsageError, match=r"must compute in f32\. Received: f16"):
        OpenVinoRuntime(bundle.load(tiny_bundle))


def test_bf16_is_refused_where_the_processor_would_only_imitate_it():
    check_processor("f32", ["FP32"])
    check_processor("bf16", ["FP32", "BF16"])
    with pytest.raises(UsageError, match=r"FP32, INT8.*--precision f32"):
        check_processor("bf16", ["FP32", "INT8"])


@pytest.mark.parametrize(
    ("cores", "threads", "streams", "total"), [(8, 1, 8, 8), (8, 3, 2, 6), (2, 4, 1, 4)]
)
def test_as_many_calls_at_once_as_the_cores_allow(cores, threads, streams, total, monkeypatch):
    monkeypatch.setattr(environment, "cores", lambda: cores)
    given = settings(threads, "f32")
    assert (given["NUM_STREAMS"], given["INFERENCE_NUM_THREADS"]) == (streams, total)


def test_the_gpu_is_refused_with_the_way_out(tiny_bundle):
    with pytest.raises(UsageError, match="--device cpu"):
        OpenVinoRuntime(bundle.load(tiny_bundle), "gpu")


def test_a_file_that_is_no_network_is_named(tiny_bundle, tmp_path):
    for name in (bundle.JSON, bundle.CARD):
        (tmp_path / name).write_bytes((tiny_bundle / name).read_bytes())
    (tmp_path / bundle.ONNX).write_bytes(b"no network")
    bundle.seal(tmp_path)
    with pytest.raises(BundleError, match=r"model\.onnx cannot be run"):
        OpenVinoRuntime(bundle.load(tmp_path))


def test_whoever_lacks_the_extra_gets_the_line_that_installs_it(tiny_bundle, monkeypatch):
    monkeypatch.setitem(sys.modules, "openvino", None)
    with pytest.raises(MissingExtraError, match=r'pip install "crackscope\[openvino\]"'):
        OpenVinoRuntime(bundle.load(tiny_bundle))
