"""A rectangle in a photo, and the check that all types use for validation."""

from collections.abc import Iterable
from dataclasses import dataclass


def require(condition: bool, rule: str, received: object) -> None:
    """Raise ValueError with the rule and the value received."""
    if not condition:
        raise ValueError(f"{rule}. Received: {received!r}")


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels of the upright photo; x1 and y1 are exclusive."""

    x0: int
    y0: int
    x1: int
    y1: int

    def __post_init__(self) -> None:
        rule = "a box must satisfy 0 <= x0 < x1 and 0 <= y0 < y1"
        require(0 <= self.x0 < self.x1 and 0 <= self.y0 < self.y1, rule, self.to_list())

    @property
    def width(self) -> int:
        """Width in pixels."""
        return self.x1 - self.x0

    @property
    def height(self) -> int:
        """Height in pixels."""
        return self.y1 - self.y0

    def union(self, other: "Box") -> "Box":
        """The smallest box that contains both."""
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
        """Inverse of `to_list`."""
        return cls(*edges)
