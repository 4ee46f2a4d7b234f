"""What became of a file."""

from dataclasses import dataclass

SCORED, NOTHING, USAGE = "scored", "nothing found", "usage"


@dataclass(frozen=True)
class Read:
    """`scored`, or the kind of its error and the message; kinds of ours are above.

    Of a scored one the size in pixels, a hash of them, and what is said beside the result.
    """

    kind: str
    message: str = ""
    width: int = 0
    height: int = 0
    pixels: str = ""
    remark: str = ""
