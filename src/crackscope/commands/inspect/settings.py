"""The settings of `crackscope inspect`."""

from dataclasses import KW_ONLY, dataclass
from pathlib import Path

from crackscope.inspection.settings import MeasureSettings
from crackscope.options import (
    REPORTS,
    ByContent,
    Device,
    FailOn,
    Names,
    NotIdentity,
    Overlay,
    Precision,
    ReportHead,
    RuntimeName,
    at_least,
    check,
    duration,
    fraction,
    one_place,
    positive,
    within,
)


@dataclass(frozen=True)
class _Photos:
    """The photos, and how they are inspected, measured and drawn."""

    photos: ByContent[tuple[str, ...]]
    """Photos, folders (searched recursively), globs, zip files, URLs (s3://, gs://, https://),
    videos, or - to read a list of these from standard input."""
    _: KW_ONLY
    model: ByContent[str] = "crackscope"
    """Bundle folder, run folder, or crackscope for the packaged model."""
    out: NotIdentity[Path | None] = None
    """Results folder. Default: runs/inspect/NAME."""
    name: NotIdentity[str | None] = None
    """Name of the results folder in runs/inspect."""
    exist_ok: NotIdentity[bool] = False
    """Allow a folder that holds other or finished results."""
    threshold: float | None = None
    """Crack threshold, 0 to 1. Default: the model's own."""
    scale: float = 1.0
    """Enlargement of photos for the network, 0.1 to 4: above 1 for photos taken from farther away
    than the training photos, below 1 for closer ones."""
    mm_per_px: ByContent[float | Path | None] = None
    """Scale of the photos in mm per pixel: a number, or a CSV for folders and photos with the
    columns path and mm_per_px (and u95), two_points or corners, as `crackscope scale` makes it.
    Like all scale flags, it adds lengths and widths in mm and changes no score."""
    marker_mm: float | None = None
    """Scale from the marker (ArUco, AprilTag) in each photo: side of its black square in mm. Also
    gives the plane of the surface. Requires the extra [measure]."""
    two_points: str | None = None
    """Scale from two points in the photos and their distance: x1,y1,x2,y2=MM."""
    corners: str | None = None
    """Scale and plane from the corners of a rectangle in the photos, in order around it, the first
    side being the width: x1,y1,x2,y2,x3,y3,x4,y4=WIDTHxHEIGHT, in mm."""
    distance_mm: float | None = None
    """Scale from the distance between camera and surface in mm, with the lens and sensor from the
    EXIF of each photo."""
    calibration: ByContent[Path | None] = None
    """Lens calibration: an OpenCV calibration file (YAML)."""
    standard: ByContent[str | None] = None
    """Classify crack widths by a standard, such as aci-224r-01, en-1992-1-1-2004 or
    aashto-mbei-1130, or by your own YAML file."""
    exposure: str | None = None
    """Exposure class, such as XC3, for standards whose limits depend on it."""
    rectify: float | None = None
    """Write rectified/PHOTO.jpg, a front view of each photo at this many mm per pixel. Requires
    --marker-mm, --corners, or corners in the CSV."""
    device: NotIdentity[Device] = "auto"
    """Device for the network. auto uses a GPU if the installed runtime supports one."""
    runtime: RuntimeName = "onnx"
    """Inference backend: onnx, or openvino (extra [openvino])."""
    precision: Precision = "f32"
    """Inference precision: f32; int8, about 50 % faster on some processors, if the model includes
    it; or bf16 with runtime openvino on processors that support it. int8 and bf16 change scores
    slightly."""
    engine: NotIdentity[str] = "local"
    """Where to process photos: local (this machine) or ray (a Ray cluster; requires the extra
    [ray]). The results are identical."""
    workers: NotIdentity[int | None] = None
    """Number of photos processed in parallel. Default: one per core of the machine or cluster."""
    max_megapixels: float = 250.0
    """Size limit. Larger photos are rejected before decoding, except TIFF and PNG files that can be
    read in blocks."""
    every: NotIdentity[str | None] = None
    """Video sampling interval, e.g. 1s, 500ms or 2m. Requires ffmpeg. Videos in folders are
    skipped: name them, or use a glob."""
    timeout: NotIdentity[float | None] = None
    """Maximum seconds to wait for a photo, e.g. if a drive or server hangs. The photo is reported
    in errors.jsonl and skipped. Default: no limit."""
    overlay: Overlay = "small"
    """Overlay size: small (at most 2048 px) or full (all pixels of the photo; slower, and several
    times the disk space)."""
    heat_map: bool | None = None
    """Tint the overlays by window score. Default: only for models without lines."""
    masks: bool = False
    """Write masks/PHOTO.png for each photo: 8 bits, the size of the upright photo, 255 on cracks.
    Requires a model with lines."""
    report: NotIdentity[Names] = REPORTS
    """Formats to write besides results.jsonl, comma-separated, e.g. csv, html, pdf, geojson, coco,
    label-studio, cvat, yolo, parquet. `crackscope report` writes any of them later."""


@dataclass(frozen=True, kw_only=True)
class InspectConfig(ReportHead, _Photos):  # fields go from the last base to the first
    """Find cracks in whole photos."""

    fail_on: NotIdentity[FailOn | None] = None
    """Exit with code 4 if a photo has this verdict. unsure includes crack."""
    watch: NotIdentity[bool] = False
    """Keep watching the given folder for new photos until Ctrl-C."""

    def __post_init__(self) -> None:
        check(
            one_place(self.out, self.name),
            (bool(self.photos), "no photos given: name a photo, folder or glob"),
            (
                not self.watch or len(self.photos) == 1,
                f"watch must be one folder. Received: {', '.join(self.photos)}",
            ),
            fraction("threshold", self.threshold),
            within("scale", self.scale, 0.1, 4.0),
            *MeasureSettings.of(self).rules,
            at_least("workers", self.workers, 1),
            positive("max_megapixels", self.max_megapixels),
            positive("timeout", self.timeout),
            duration("every", self.every),
        )
