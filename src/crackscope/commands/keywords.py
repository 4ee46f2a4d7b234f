"""The keyword arguments of each command, for type checkers and editors.

Made by scripts/make_keywords.py from the settings of each command; do not edit.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, TypedDict


class InspectKeywords(TypedDict, total=False):
    """Of `InspectConfig`."""

    model: str | Path
    out: str | Path | None
    name: str | None
    exist_ok: bool
    threshold: float | None
    scale: float
    mm_per_px: float | str | Path | None
    marker_mm: float | None
    two_points: str | None
    corners: str | None
    distance_mm: float | None
    calibration: str | Path | None
    standard: str | None
    exposure: str | None
    rectify: float | None
    device: Literal["auto", "cpu", "gpu"]
    runtime: Literal["onnx", "openvino"]
    precision: Literal["f32", "bf16", "int8"]
    engine: str
    workers: int | None
    max_megapixels: float
    every: str | None
    timeout: float | None
    overlay: Literal["small", "full"]
    heat_map: bool | None
    masks: bool
    report: str | Sequence[str]
    title: str | None
    client: str | None
    project: str | None
    author: str | None
    date: str | None
    logo: str | Path | None
    card: bool | None
    fail_on: Literal["crack", "unsure"] | None
    watch: bool


class ReportKeywords(TypedDict, total=False):
    """Of `ReportConfig`."""

    report: str | Sequence[str]
    out: str | Path | None
    exist_ok: bool
    title: str | None
    client: str | None
    project: str | None
    author: str | None
    date: str | None
    logo: str | Path | None
    card: bool | None


class TrainKeywords(TypedDict, total=False):
    """Of `TrainConfig`."""

    reader: str
    crack_class: str | None
    manifest: str | Path | None
    split: Literal["grouped", "random", "given"] | None
    allow_leaks: bool
    backbone: str
    weights: str | None
    image_size: int
    head_epochs: int
    epochs: int | None
    unfreeze: float
    augment: Literal["field", "basic", "none"]
    drawn: float
    batch: int
    head_learning_rate: float
    learning_rate: float
    schedule: Literal["cosine", "plateau"]
    dropout: float
    patience: int
    seed: int
    device: Literal["auto", "cpu", "gpu"]
    workers: int | None
    log: Literal["csv", "tensorboard"]
    out: str | Path | None
    name: str | None
    exist_ok: bool


class EvaluateKeywords(TypedDict, total=False):
    """Of `EvaluateConfig`."""

    cross: bool
    seeds: int
    reader: str
    crack_class: str | None
    include_trained: bool
    robustness: bool
    patches: int
    threshold: float | None
    prevalence: float
    bootstrap: int
    seed: int
    device: Literal["auto", "cpu", "gpu"]
    runtime: Literal["onnx", "openvino"]
    precision: Literal["f32", "bf16", "int8"]
    workers: int | None
    out: str | Path | None
    name: str | None
    exist_ok: bool


class ValidateKeywords(TypedDict, total=False):
    """Of `ValidateConfig`."""

    model: str | Path
    labels: str | Path | None
    truth: str | Path | None
    reader: str
    crack_class: str | None
    patches: int
    photos: int
    recall: float
    threshold: float | None
    adapt: bool
    bootstrap: int
    seed: int
    device: Literal["auto", "cpu", "gpu"]
    workers: int | None
    max_megapixels: float
    out: str | Path | None
    name: str | None
    exist_ok: bool


class ExportKeywords(TypedDict, total=False):
    """Of `ExportConfig`."""

    format: str
    limit: float
    out: str | Path | None
    name: str | None
    exist_ok: bool


class PlanKeywords(TypedDict, total=False):
    """Of `PlanConfig`."""

    photo: str | Path | None
    camera: str | None
    sensor_mm: float | None
    pixels: str | None
    focal_length_mm: float | None
    distance_mm: float | None
    purpose: Literal["measure", "show"]
    area: str | None
    overlap: float
    speed_m_s: float | None
    exposure_s: float | None
    f_number: float | None


class ScaleKeywords(TypedDict, total=False):
    """Of `ScaleConfig`."""

    max_megapixels: float
    out: str | Path | None
    name: str | None
    exist_ok: bool


class MeasureCheckKeywords(TypedDict, total=False):
    """Of `MeasureCheckConfig`."""

    paper: Literal["a4", "letter"]
    truth: str | Path | None
    truth_u95_mm: float | None
    print_dpi: float
    calibration: str | Path | None
    max_megapixels: float
    out: str | Path | None
    name: str | None
    exist_ok: bool


class AuditKeywords(TypedDict, total=False):
    """Of `AuditConfig`."""

    reader: str
    crack_class: str | None
    out: str | Path | None
    name: str | None
    exist_ok: bool
    suspicious: int
    workers: int | None


class SplitKeywords(TypedDict, total=False):
    """Of `SplitConfig`."""

    split: Literal["grouped", "random", "given"]
    seed: int
    reader: str
    crack_class: str | None
    allow_leaks: bool
    out: str | Path | None
    name: str | None
    exist_ok: bool
    workers: int | None
