"""A rectangle in a photo, and the rule that every value is checked by."""

from collections.abc import Iterable
from dataclasses import dataclass


def require(condition: bool, rule: str, received: object) -> None:
    """Raise a ValueError that says the rule and what was received instead."""
    if not condition:
        raise ValueError(f"{rule}; received {received!r}")


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels of the upright photo; x1 and y1 are exclusive."""

    x0: int
    y0: int
    x1: int
    y1: int

    def __post_init__(self) -> None:
        rule = "a box needs 0 <= x0 < x1 and 0 <= y0 < y1"
        require(0 <= self.x0 < self.x1 and 0 <= self.y0 < self.y1, rule, self.to_list())

    @property
    def width(self) -> int:
        """Pixels from left to right."""
        return self.x1 - self.x0

    @property
    def height(self) -> int:
        """Pixels from top to bottom."""
        return self.y1 - self.y0

    def union(self, other: "Box") -> "Box":
        """The smallest box that holds both."""
        return Box(
            min(self.x0, other.x0),
            min(self.y0, other.y0),
            max(self.x1, other.x1),
            max(self.y1, other.y1),
        )

    def to_list(self) -> list[int]:
        """[x0, y0, x1, y1]."""
        return [self.x0, self.y0, self.x1, self.y1]

    @classmethod
    def of_list(cls, edges: Iterable[int]) -> "Box":
        """Back from `to_list`."""
        return cls(*edges)
