"""Crack width classes of standards, with the source of each limit."""

from dataclasses import dataclass

from crackscope.errors import UsageError
from crackscope.registry import nearest

GUIDE = (
    "Limits are guides, not judgements: the severity of a width is not the safety of a structure."
)
"""Note in every report that shows a class."""


@dataclass(frozen=True, slots=True)
class WidthClass:
    """Widths from the previous class up to `upper_mm`; None if there is no upper limit.

    `inclusive` is set if a width of exactly `upper_mm` belongs to the class. `as_printed` is the
    limit as printed in the standard, in its own unit.
    """

    name: str
    upper_mm: float | None = None
    inclusive: bool = True
    wording: str = ""
    as_printed: str = ""

    def holds(self, width_mm: float) -> bool:
        """Whether a width does not exceed this class."""
        if self.upper_mm is None:
            return True
        return width_mm <= self.upper_mm if self.inclusive else width_mm < self.upper_mm


@dataclass(frozen=True, slots=True)
class Exposure:
    """The classes at some exposures, narrowest first; empty if `no_limit` gives a reason.

    `names` is empty if the standard has no exposures.
    """

    names: tuple[str, ...] = ()
    wording: str = ""
    classes: tuple[WidthClass, ...] = ()
    no_limit: str = ""

    def place(self, width_mm: float) -> int:
        """The index of the class of a width in mm."""
        return next(place for place, each in enumerate(self.classes) if each.holds(width_mm))


@dataclass(frozen=True, slots=True)
class Standard:
    """A standard, or a user's own classes, as in its file.

    `checked` is True only if the limits were compared with the primary text. `beside_width` lists
    other criteria of a class, `doubts` open questions and contradictions of the sources.
    """

    name: str
    title: str
    exposures: tuple[Exposure, ...]
    edition: str = ""
    table: str = ""
    clause: str = ""
    wording: str = ""
    source: str = ""
    checked: bool = False
    beside_width: str = ""
    doubts: tuple[str, ...] = ()

    @property
    def exposure_names(self) -> tuple[str, ...]:
        """The exposures of the standard; empty if it needs none."""
        return tuple(name for each in self.exposures for name in each.names)

    def facts(self, exposure: str | None = None) -> dict[str, str]:
        """What a report says of it once, name and text."""
        parts = (self.title, self.edition, f"table {self.table}" if self.table else "", self.clause)
        known = {
            "standard": ", ".join(filter(None, parts)),
            "exposure": exposure or "",
            "limits": "compared with the primary text"
            if self.checked
            else f"not compared with the primary text. {self.source}",
            "decides beside width": self.beside_width,
            "classes": GUIDE,
        }
        return {name: text for name, text in known.items() if text}

    def at(self, exposure: str | None) -> Exposure:
        """The classes at an exposure, ignoring case.

        Raises UsageError, with the list, if an exposure is missing, unknown or not applicable.
        """
        known = self.exposure_names
        if not known:
            if exposure:
                raise UsageError(
                    f"{self.name} has no exposure classes. Received: {exposure!r}. "
                    "Leave out the exposure"
                )
            return self.exposures[0]
        listed = "; ".join(f"{', '.join(each.names)} ({each.wording})" for each in self.exposures)
        if not exposure:
            raise UsageError(f"{self.name} needs an exposure class. Known: {listed}")
        for each in self.exposures:
            if exposure.casefold() in map(str.casefold, each.names):
                return each
        raise UsageError(
            f"unknown exposure class of {self.name}: {exposure!r}."
            f"{nearest(exposure, list(known))} Known: {listed}"
        )
