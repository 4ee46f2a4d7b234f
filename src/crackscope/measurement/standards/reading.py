"""Reader of standards in YAML; reports all problems of a file at once.

A file has a `title` and one of: `limit_mm`, a single limit; `classes`, from narrow to wide, each
with a `name` and, except the last, `below_mm` or `up_to_mm`; `no_limit`, the reason why there is no
limit; or `exposures`, a list of `names` with one of these three each. Other keys are text for the
reader, except `checked`: true only if the limits were compared with the primary text.
"""

import math
import reprlib
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from crackscope import text_files
from crackscope.errors import UsageError
from crackscope.measurement.standards.standard import Exposure, Standard, WidthClass
from crackscope.registry import nearest

_TEXTS = ("title", "edition", "table", "clause", "wording", "source", "beside_width")
_LIMITS = ("limit_mm", "classes", "no_limit")
_HOLDS = (*_LIMITS, "exposures")
_KEYS = (*_TEXTS, "checked", "doubts", "as_printed", *_HOLDS)
_OF_AN_EXPOSURE = ("names", "wording", "as_printed", *_LIMITS)
_OF_A_CLASS = ("name", "wording", "below_mm", "up_to_mm", "as_printed")
_LARGEST = 1_000_000
"""Maximum bytes; a file of limits is about a page."""
WITHIN, OVER = "within limit", "over limit"
"""Names of the two classes of a single limit."""


def parse(name: str, content: bytes, place: str) -> Standard:
    """Parse a standard; `place` names the file in messages.

    Raises UsageError that lists all problems.
    """
    values = _mapping(content, place)
    problems = _Problems()
    known = {key: problems.text(key, values.get(key, "")) for key in _TEXTS}
    problems.keys("", values, _KEYS)
    if not known["title"]:
        problems.add("title is missing: the name of the standard")
    checked = problems.truth("checked", values.get("checked", False))
    doubts = tuple(
        problems.text(f"doubts[{at}]", each)
        for at, each in enumerate(problems.several("doubts", values.get("doubts", [])))
    )
    exposures = _exposures(values, problems)
    if problems.found:
        raise UsageError(f"{place} is not a valid standard: {'; '.join(problems.found)}")
    return Standard(name, exposures=exposures, checked=checked, doubts=doubts, **known)


class _Problems:
    """Problems found so far; each check returns a value with which reading can continue."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def add(self, problem: str) -> None:
        self.found.append(problem)

    def expect(self, holds: bool, rule: str, received: Any) -> bool:
        if not holds:
            self.add(f"{rule}. Received: {reprlib.repr(received)}")
        return holds

    def keys(self, place: str, values: Mapping[Any, Any], known: tuple[str, ...]) -> None:
        for key in values:
            if key not in known:
                hint = nearest(str(key), list(known))
                self.add(f"{place}{key} is unknown.{hint} Known: {', '.join(known)}")

    def text(self, place: str, value: Any) -> str:
        rule = f"{place} must be text, in quotes if YAML reads it as another type"
        return value.strip() if self.expect(isinstance(value, str), rule, value) else ""

    def truth(self, place: str, value: Any) -> bool:
        rule = f"{place} must be true or false"
        return value if self.expect(isinstance(value, bool), rule, value) else False

    def several(self, place: str, value: Any) -> list[Any]:
        return (
            value if self.expect(isinstance(value, list), f"{place} must be a list", value) else []
        )

    def width(self, place: str, value: Any) -> float:
        """A limit in mm; NaN if invalid, which later checks ignore."""
        number = isinstance(value, int | float) and not isinstance(value, bool)
        holds = number and math.isfinite(value) and value > 0
        rule = f"{place} must be a width in mm above 0"
        return float(value) if self.expect(holds, rule, value) else math.nan


def _mapping(content: bytes, place: str) -> dict[Any, Any]:
    import yaml

    if len(content) > _LARGEST:
        raise UsageError(f"{place} is too large for a standard: {len(content)} bytes")
    try:
        node = yaml.compose(text_files.decode(content), yaml.SafeLoader)
        repeated = list(_repeated(node))
        values = yaml.safe_load(text_files.decode(content))
    except (UnicodeDecodeError, yaml.YAMLError, ValueError, RecursionError) as error:
        raise UsageError(f"{place} is not valid YAML: {error}") from error
    if not isinstance(values, dict):
        raise UsageError(f"{place} must contain `key: value` lines, such as title and classes")
    if repeated:
        raise UsageError(f"{place} has duplicate keys. Remove one of each: {', '.join(repeated)}")
    return values


def _repeated(node: Any, seen: frozenset[int] = frozenset()) -> Iterator[str]:
    """Duplicate keys of a mapping, of which YAML would keep the last."""
    if not isinstance(getattr(node, "value", None), list) or id(node) in seen:
        return
    keys: list[str] = []
    for each in node.value:
        if isinstance(each, tuple):
            keys.append(str(each[0].value))
            yield from _repeated(each[1], seen | {id(node)})
        else:
            yield from _repeated(each, seen | {id(node)})
    yield from sorted({key for key in keys if keys.count(key) > 1})


def _exposures(values: Mapping[str, Any], problems: _Problems) -> tuple[Exposure, ...]:
    if not _one_of(_HOLDS, "", values, problems):
        return ()
    if "exposures" not in values:
        return (Exposure((), "", *_limits("", values, problems)),)
    entries = problems.several("exposures", values["exposures"])
    problems.expect(bool(entries), "exposures must not be empty", entries)
    found = [_exposure(f"exposures[{at}]", each, problems) for at, each in enumerate(entries)]
    names = [name.casefold() for each in found for name in each.names]
    twice = sorted({name for name in names if names.count(name) > 1})
    problems.expect(not twice, "each exposure must be listed once", twice)
    return tuple(found)


def _exposure(place: str, values: Any, problems: _Problems) -> Exposure:
    """One entry of `exposures`."""
    if not problems.expect(isinstance(values, dict), f"{place} must contain `key: value`", values):
        return Exposure()
    problems.keys(f"{place}.", values, _OF_AN_EXPOSURE)
    names = _names(f"{place}.", values, problems)
    wording = problems.text(f"{place}.wording", values.get("wording", ""))
    if not _one_of(_LIMITS, f"{place}.", values, problems):
        return Exposure(names, wording)
    return Exposure(names, wording, *_limits(f"{place}.", values, problems))


def _one_of(
    known: tuple[str, ...], place: str, values: Mapping[str, Any], problems: _Problems
) -> bool:
    given = [key for key in known if key in values]
    rule = f"{place}{' or '.join(known)}: exactly one is needed"
    return problems.expect(len(given) == 1, rule, given)


def _limits(
    place: str, values: Mapping[str, Any], problems: _Problems
) -> tuple[tuple[WidthClass, ...], str]:
    """The classes, or the reason why there are none."""
    printed = problems.text(f"{place}as_printed", values.get("as_printed", ""))
    if "no_limit" in values:
        why = problems.text(f"{place}no_limit", values["no_limit"])
        problems.expect(bool(why), f"{place}no_limit must give a reason", values["no_limit"])
        return (), why
    if "limit_mm" in values:
        limit = problems.width(f"{place}limit_mm", values["limit_mm"])
        return (WidthClass(WITHIN, limit, as_printed=printed), WidthClass(OVER)), ""
    return _classes(f"{place}classes", values["classes"], problems), ""


def _names(place: str, values: Mapping[str, Any], problems: _Problems) -> tuple[str, ...]:
    given = problems.several(f"{place}names", values.get("names", []))
    names = [problems.text(f"{place}names[{at}]", each) for at, each in enumerate(given)]
    problems.expect(bool(names) and all(names), f"{place}names must list at least one", given)
    return tuple(names)


def _classes(place: str, values: Any, problems: _Problems) -> tuple[WidthClass, ...]:
    """Classes, narrowest first; all except the last have a limit, in ascending order."""
    entries = problems.several(place, values)
    problems.expect(len(entries) > 1, f"{place} must have at least two entries", entries)
    found: list[WidthClass] = []
    for at, each in enumerate(entries):
        last = at == len(entries) - 1
        found.append(_class(f"{place}[{at}]", each, last, problems))
    uppers = [each.upper_mm for each in found if each.upper_mm is not None]
    rising = not any(low >= high for low, high in pairwise(uppers))  # NaN was reported before
    problems.expect(rising, f"{place} must be in order from narrow to wide", uppers)
    names = [each.name for each in found]
    problems.expect(len(set(names)) == len(names), f"{place} must have different names", names)
    return tuple(found)


def _class(place: str, values: Any, last: bool, problems: _Problems) -> WidthClass:
    if not problems.expect(isinstance(values, dict), f"{place} must contain `key: value`", values):
        return WidthClass(place)
    problems.keys(f"{place}.", values, _OF_A_CLASS)
    name = problems.text(f"{place}.name", values.get("name", ""))
    problems.expect(bool(name), f"{place}.name is missing", values)
    wording = problems.text(f"{place}.wording", values.get("wording", ""))
    printed = problems.text(f"{place}.as_printed", values.get("as_printed", ""))
    limits = [key for key in ("below_mm", "up_to_mm") if key in values]
    rule = f"{place} is the widest and must have none of" if last else f"{place} must have one of"
    if not problems.expect(len(limits) == (not last), f"{rule} below_mm and up_to_mm", limits):
        return WidthClass(name or place)
    upper = problems.width(f"{place}.{limits[0]}", values[limits[0]]) if limits else None
    return WidthClass(name or place, upper, limits != ["below_mm"], wording, printed)
