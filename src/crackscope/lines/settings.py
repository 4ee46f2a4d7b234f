"""Settings of the way from a line map to cracks."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tracing:
    """How cracks are traced. Lengths are in pixels of the photo.

    `low`, `high`: logits of hysteresis; a crack is connected at or above `low` and reaches `high`.
    `least_length_px`: shorter cracks are dropped.
    `spur_px`, `spur_widths`: a branch with a free end that is shorter than the first, or than the
    second times the width of the line that it leaves, is a spur.
    `longest_gap_px`: ends further apart are not joined; 0 joins none.
    `gap_degrees`: how far the directions of two ends may lie off the line between them.
    `gap_ratio`: how many times as wide as the other one of two ends may be.
    `gap_logit`: the least mean logit along a gap.
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
            (self.low <= self.high, f"low must be at most high; received {self.low}, {self.high}"),
            *(
                (getattr(self, name) >= 0, f"{name} must be at least 0; received {value}")
                for name in ("least_length_px", "spur_px", "spur_widths", "longest_gap_px")
                for value in [getattr(self, name)]
            ),
            (
                0 < self.gap_degrees <= 90,
                f"gap_degrees must lie between 0 and 90; received {self.gap_degrees}",
            ),
            (self.gap_ratio >= 1, f"gap_ratio must be at least 1; received {self.gap_ratio}"),
            (
                self.gap_logit <= self.low,
                f"gap_logit must be at most low, {self.low}; received {self.gap_logit}",
            ),
        )
        broken = [text for holds, text in rules if not holds]
        if broken:
            raise ValueError("; ".join(broken))
