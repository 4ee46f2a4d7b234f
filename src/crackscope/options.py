"""Settings that take one of a few words, the same ones in every command."""

from typing import Annotated, Literal

Device = Literal["auto", "cpu", "gpu"]
RuntimeName = Literal["onnx", "openvino"]
Precision = Literal["f32", "bf16", "int8"]
SplitName = Literal["grouped", "random", "given"]
Augmentation = Literal["field", "basic", "none"]
Schedule = Literal["cosine", "plateau"]
FailOn = Literal["crack", "unsure"]
Overlay = Literal["small", "full"]
COMMA_SEPARATED = "comma-separated"
"""Marks a setting that holds several names; Python and YAML may give it as a list."""
Names = Annotated[str, COMMA_SEPARATED]
REPORTS = "csv,html,index"
"""What is written where nothing else is asked for."""
