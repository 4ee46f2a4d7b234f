"""The results of a width check as lines of text, for a terminal or a report."""

from crackscope.measurement.check.outcome import Figures, Outcome

_COLUMNS = ("true mm", "lines", "measured", "bias mm", "stated u95 mm", "covered")


def table(outcome: Outcome) -> list[tuple[str, ...]]:
    """Table of measured against true widths: a head, then one row per width."""
    body = [(f"{width:g}", *_cells(found)) for width, found in outcome.by_width.items()]
    return [_COLUMNS, *body]


def summary(outcome: Outcome) -> list[str]:
    """Summary for this camera at this distance, in sentences."""
    found = outcome.figures
    said = [f"{name}: {reason}" for name, reason in outcome.failed]
    if found.bias_mm is None or found.absolute_mm is None:
        return [*said, "No line could be measured. Move closer, or use a longer focal length."]
    said.append(
        f"{found.measured} of {found.lines} lines measured: bias {found.bias_mm:+.3f} mm, "
        f"mean absolute error {found.absolute_mm:.3f} mm."
    )
    said.append(_verdict(found))
    if outcome.narrowest_mm is None:
        said.append("No width was measured reliably on all its lines.")
    else:
        said.append(
            f"Narrowest width measured reliably on all its lines: {outcome.narrowest_mm:g} mm. "
            "Valid for this camera, lens, distance and light only."
        )
    return said


def _verdict(found: Figures) -> str:
    coverage = f"{found.covered} of {found.stated} 95 % intervals contain the true width"
    if found.holds:
        return f"{coverage}, as expected."
    return f"{coverage}, fewer than expected. Do not rely on the intervals for this camera."


def _cells(found: Figures) -> tuple[str, ...]:
    bias = "" if found.bias_mm is None else f"{found.bias_mm:+.3f}"
    u95 = "" if found.u95_mm is None else f"{found.u95_mm:.3f}"
    covered = f"{found.covered} of {found.stated}" if found.stated else ""
    return f"{found.lines}", f"{found.measured}", bias, u95, covered
