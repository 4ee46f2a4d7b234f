"""How photos are inspected, whichever engine does it."""

from dataclasses import dataclass

from crackscope.options import Device, Overlay, Precision, RuntimeName


@dataclass(frozen=True)
class InspectSettings:
    """What a worker must know; it may be sent to another machine.

    `model` is a bundle folder, a run folder, or the word crackscope. `threshold` is the score from
    which a window counts as cracked; else the model's own. `mm_per_px` is the ground sampling
    distance. Photos above `max_megapixels` are refused, and so are those that cannot be read within
    `timeout` seconds. `workers` is how many photos are worked on at once; else one for each core.
    Of each photo that is scored pictures are drawn, with an `overlay` of that size, tinted where
    `heat_map` says so, and a mask with `masks`; where `overlay` is None there are none.
    """

    model: str = "crackscope"
    device: Device = "auto"
    runtime: RuntimeName = "onnx"
    precision: Precision = "f32"
    scale: float = 1.0
    mm_per_px: float | None = None
    threshold: float | None = None
    max_megapixels: float = 250.0
    timeout: float | None = None
    workers: int | None = None
    overlay: Overlay | None = "small"
    heat_map: bool | None = None
    masks: bool = False
