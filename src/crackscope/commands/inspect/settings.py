"""The settings of `crackscope inspect`."""

from dataclasses import KW_ONLY, dataclass
from pathlib import Path

from crackscope.arguments.rules import (
    at_least,
    check,
    duration,
    fraction,
    one_place,
    positive,
    within,
)
from crackscope.options import (
    REPORTS,
    ByContent,
    Device,
    FailOn,
    Names,
    NotIdentity,
    Overlay,
    Precision,
    RuntimeName,
)


@dataclass(frozen=True)
class InspectConfig:
    """Find cracks in whole photos."""

    photos: ByContent[tuple[str, ...]]
    """Photos, folders (walked recursively), globs, zip files, addresses (s3://, gs://, https://),
    videos, and - for a list of such on standard input."""
    _: KW_ONLY
    model: ByContent[str] = "crackscope"
    """Bundle folder, run folder, or the word crackscope: the model in the package."""
    out: NotIdentity[Path | None] = None
    """Folder for the results; else runs/inspect/NAME."""
    name: NotIdentity[str | None] = None
    """Name of the run below runs/inspect."""
    exist_ok: NotIdentity[bool] = False
    """Write into a folder that holds finished or other results."""
    threshold: float | None = None
    """Score from which a window counts as cracked; else the model's own."""
    scale: float = 1.0
    """Enlarges photos for the network: above 1 for those taken from farther than what the model was
    trained on, below 1 from closer; 0.1 to 4."""
    mm_per_px: float | None = None
    """Ground sampling distance of the photos, in millimetres to a pixel: cracks get
    their length in mm, regions their area too. It changes no score."""
    device: NotIdentity[Device] = "auto"
    """Where the network runs; auto takes a GPU where the installed runtime has one."""
    runtime: RuntimeName = "onnx"
    """What computes the network: onnx, or openvino (extra [openvino])."""
    precision: Precision = "f32"
    """What the network computes in: f32; int8, faster by half on some processors, where the model
    has such a form; or with runtime openvino bf16, on processors that have it. Both change scores a
    little."""
    engine: NotIdentity[str] = "local"
    """Where photos are worked on: local, this machine, or ray, the workers of a Ray cluster, which
    needs the extra [ray]. The results are the same."""
    workers: NotIdentity[int | None] = None
    """Photos worked on at once; else one for each core, of the machine or of the cluster."""
    max_megapixels: float = 250.0
    """Larger photos are refused before they are decoded, but for TIFF and PNG that can be read in
    parts."""
    every: NotIdentity[str | None] = None
    """How often a video is looked at, such as 1s, 500ms or 2m: it is read by the ffmpeg that is
    installed. Videos in folders are passed over: name them, or a glob."""
    timeout: NotIdentity[float | None] = None
    """Most seconds to wait for a photo to be read: a drive or a server may hang. It is named in
    errors.jsonl then, and the rest goes on; else there is no limit."""
    overlay: Overlay = "small"
    """Size of the overlays: small, at most 2048 px, or full, as many pixels as the photo has, which
    takes longer, and several times the space."""
    heat_map: bool | None = None
    """Tint the overlays by the score of each window. Default: only for models without lines."""
    masks: bool = False
    """Write masks/PHOTO.png for each photo: 8 bits, the size of the upright photo, 255 where a
    crack is. Needs a model with lines."""
    report: NotIdentity[Names] = REPORTS
    """What to write beside results.jsonl, comma-separated, such as csv, html, pdf, geojson, coco,
    label-studio, cvat, yolo, parquet. `crackscope report` makes any of them later."""
    title: NotIdentity[str | None] = None
    """Title of the reports."""
    client: NotIdentity[str | None] = None
    """Who the reports are for."""
    project: NotIdentity[str | None] = None
    """Project or structure that is inspected."""
    author: NotIdentity[str | None] = None
    """Who answers for the reports: a name, a firm."""
    date: NotIdentity[str | None] = None
    """Date of the reports, as it is to be shown."""
    logo: NotIdentity[Path | None] = None
    """PNG or JPEG file for the head of the reports, at most 5 MB."""
    card: NotIdentity[bool | None] = None
    """Add the model card to report.pdf, as an appendix. report.html always has it, folded."""
    fail_on: NotIdentity[FailOn | None] = None
    """Exit with code 4 where a photo gets this verdict; unsure: where it gets that or crack."""
    watch: NotIdentity[bool] = False
    """Go on looking for new photos in the one folder that is given, until Ctrl-C."""

    def __post_init__(self) -> None:
        check(
            one_place(self.out, self.name),
            (bool(self.photos), "nothing to inspect: name a photo, a folder or a glob"),
            (
                not self.watch or len(self.photos) == 1,
                f"watch takes one folder. Received: {', '.join(self.photos)}",
            ),
            fraction("threshold", self.threshold),
            within("scale", self.scale, 0.1, 4.0),
            positive("mm_per_px", self.mm_per_px),
            at_least("workers", self.workers, 1),
            positive("max_megapixels", self.max_megapixels),
            positive("timeout", self.timeout),
            duration("every", self.every),
        )
