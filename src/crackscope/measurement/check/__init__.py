"""Width check of a camera: a printed sheet of lines of known width, and photos of it."""

from crackscope.measurement.check.evaluate import evaluate
from crackscope.measurement.check.layout import Sheet, TestLine, sheet
from crackscope.measurement.check.outcome import Figures, Outcome, Row
from crackscope.measurement.check.reading import Reading, from_points
from crackscope.measurement.check.seen import SeenLine, seen_lines
from crackscope.measurement.check.summary import summary, table
from crackscope.measurement.check.write import write_sheet

__all__ = [
    "Figures",
    "Outcome",
    "Reading",
    "Row",
    "SeenLine",
    "Sheet",
    "TestLine",
    "evaluate",
    "from_points",
    "seen_lines",
    "sheet",
    "summary",
    "table",
    "write_sheet",
]
