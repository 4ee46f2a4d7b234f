"""How photos are inspected, whichever engine does it."""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crackscope.arguments.rules import Rule, positive
from crackscope.options import Device, Overlay, Precision, RuntimeName

if TYPE_CHECKING:
    from crackscope.inspection.measuring import Measuring


@dataclass(frozen=True, kw_only=True)
class MeasureSettings:
    """What is said of the scale of photos, and what becomes of widths in mm.

    Each is named as the flag of `crackscope inspect`, which says what it means.
    """

    mm_per_px: float | Path | None = None
    marker_mm: float | None = None
    two_points: str | None = None
    corners: str | None = None
    distance_mm: float | None = None
    calibration: Path | None = None
    standard: str | None = None
    exposure: str | None = None
    rectify: float | None = None

    @classmethod
    def of(cls, config: Any) -> "MeasureSettings":
        """Those among the settings of a command."""
        return cls(**{each.name: getattr(config, each.name) for each in fields(cls)})

    @property
    def rules(self) -> tuple[Rule, ...]:
        """What they must fulfil, whatever the photos."""
        number = None if isinstance(self.mm_per_px, Path) else self.mm_per_px
        plane = self.marker_mm is not None or self.corners is not None
        return (
            positive("mm_per_px", number),
            positive("marker_mm", self.marker_mm),
            positive("distance_mm", self.distance_mm),
            positive("rectify", self.rectify),
            (
                self.rectify is None or plane,
                "rectify requires a plane: also give marker_mm or corners",
            ),
            (
                self.exposure is None or self.standard is not None,
                f"exposure requires a standard. Received: exposure {self.exposure!r} alone",
            ),
        )

    def prepared(self) -> "Measuring | None":
        """What measures by them; None where nothing is asked for, which costs nothing.

        Raises UsageError for what cannot be, MissingExtraError where a package is missing.
        """
        if all(getattr(self, each.name) is None for each in fields(self)):
            return None
        from crackscope.inspection.measuring import measuring_of

        return measuring_of(self)


@dataclass(frozen=True)
class InspectSettings:
    """What a worker must know; it may be sent to another machine.

    `model` is a bundle folder, a run folder, or the word crackscope. `threshold` is the score from
    which a window counts as cracked; else the model's own. `measuring` is how cracks are measured
    in mm. Photos above `max_megapixels` are refused, and so are those that cannot be read within
    `timeout` seconds. `workers` is how many photos are worked on at once; else one for each core.
    Of each photo that is scored pictures are drawn, with an `overlay` of that size, tinted where
    `heat_map` says so, and a mask with `masks`; where `overlay` is None there are none.
    """

    model: str = "crackscope"
    device: Device = "auto"
    runtime: RuntimeName = "onnx"
    precision: Precision = "f32"
    scale: float = 1.0
    measuring: "Measuring | None" = None
    threshold: float | None = None
    max_megapixels: float = 250.0
    timeout: float | None = None
    workers: int | None = None
    overlay: Overlay | None = "small"
    heat_map: bool | None = None
    masks: bool = False
