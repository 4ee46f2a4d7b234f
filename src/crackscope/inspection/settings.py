"""Settings of the inspection, for all engines."""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crackscope.options import Device, Overlay, Precision, Rule, RuntimeName, positive

if TYPE_CHECKING:
    from crackscope.inspection.measuring import Measuring


@dataclass(frozen=True, kw_only=True)
class MeasureSettings:
    """Settings for scale and for widths in mm.

    Names and meanings are those of the flags of `crackscope inspect`.
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
        """The measuring settings of a command."""
        return cls(**{each.name: getattr(config, each.name) for each in fields(cls)})

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules for these settings, independent of the photos."""
        is_table = isinstance(self.mm_per_px, Path)  # which may hold corners
        number = None if isinstance(self.mm_per_px, Path) else self.mm_per_px
        plane = is_table or self.marker_mm is not None or self.corners is not None
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
        """Prepare measuring; None if nothing was requested, which costs nothing.

        Raises UsageError for invalid settings, MissingExtraError if a package is missing.
        """
        if all(getattr(self, each.name) is None for each in fields(self)):
            return None
        from crackscope.inspection.measuring import measuring_of

        return measuring_of(self)


@dataclass(frozen=True)
class InspectSettings:
    """Settings for a worker; may be sent to another machine.

    `model` is a bundle folder, a run folder, or "crackscope". `threshold` is the crack threshold;
    default: the model's own. `measuring` measures cracks in mm. Photos above `max_megapixels` are
    rejected, and so are those that cannot be read within `timeout` seconds. `workers` is the number
    of photos in parallel; default: one per core. `overlay` is the size of the overlays, tinted if
    `heat_map` is set; None renders no images. `masks` adds a mask per photo.
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
