"""Settings for tracing cracks in a line map."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tracing:
    """Parameters for tracing cracks. Lengths are in pixels of the photo.

    `low`, `high`: hysteresis logits; a crack is connected at or above `low` and reaches `high`.
    `least_length_px`: shorter cracks are dropped.
    `spur_px`, `spur_widths`: a branch with a free end is a spur if it is shorter than `spur_px`,
    or than `spur_widths` times the width of the line that it leaves.
    `longest_gap_px`: longest gap that is bridged; 0 bridges none.
    `gap_degrees`: largest angle between the direction of an end and the line across the gap.
    `gap_ratio`: largest ratio of the widths of two ends.
    `gap_logit`: smallest mean logit along a gap.
    """

    low: float = -1.0
    high: float = 1.0
    least_length_px: float = 40.0
    spur_px: float = 12.0
    spur_widths: float = 1.5
    longest_gap_px: float = 32.0
    gap_degrees: float = 35.0
    gap_ratio: float = 2.5
    gap_logit: float = -4.0

    def __post_init__(self) -> None:
        rules = (
            (self.low <= self.high, f"low must be at most high. Received: {self.low}, {self.high}"),
            *(
                (getattr(self, name) >= 0, f"{name} must be at least 0. Received: {value}")
                for name in ("least_length_px", "spur_px", "spur_widths", "longest_gap_px")
                for value in [getattr(self, name)]
            ),
            (
                0 < self.gap_degrees <= 90,
                f"gap_degrees must be above 0 and at most 90. Received: {self.gap_degrees}",
            ),
            (self.gap_ratio >= 1, f"gap_ratio must be at least 1. Received: {self.gap_ratio}"),
            (
                self.gap_logit <= self.low,
                f"gap_logit must be at most low, {self.low}. Received: {self.gap_logit}",
            ),
        )
        broken = [text for holds, text in rules if not holds]
        if broken:
            raise ValueError("; ".join(broken))
