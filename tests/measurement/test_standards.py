"""Standards as data: the files that come along, the classes of a width, files that are wrong."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crackscope.errors import UnknownNameError, UsageError
from crackscope.measurement.standards import Standard, classify, load, names

WIDTHS = st.floats(0, 3)
SHIPPED = [load(name) for name in names()]
LIMITED = [
    (standard, name)
    for standard in SHIPPED
    for name in standard.exposure_names or (None,)
    if standard.at(name).classes
]
cases = st.sampled_from(LIMITED)


def places(width, u95: float, standard: Standard, exposure: str | None) -> list[int]:
    """The indices of the classes that a width may belong to."""
    order = [each.name for each in standard.at(exposure).classes]
    found = classify(width, u95, standard, exposure)
    return [order.index(each.name) for each in found.classes]


@pytest.mark.parametrize("standard", SHIPPED, ids=lambda standard: standard.name)
def test_each_file_says_where_its_limits_come_from(standard: Standard) -> None:
    said = (standard.title, standard.edition, standard.table, standard.clause)
    assert all((*said, standard.wording, standard.source))
    assert standard.checked or standard.doubts, "what was not checked says what is in doubt"
    for exposure in standard.exposures:
        assert exposure.no_limit or len(exposure.classes) > 1
        assert exposure.wording or not exposure.names
        assert all(each.as_printed for each in exposure.classes[:-1])


@pytest.mark.parametrize("standard", SHIPPED, ids=lambda standard: standard.name)
def test_each_limit_is_what_the_standard_prints_in_its_own_unit(standard: Standard) -> None:
    for exposure in standard.exposures:
        for each in exposure.classes[:-1]:
            printed = each.as_printed.replace(",", ".")
            inches, numbers = "in." in printed, [float(n) for n in re.findall(r"\d+\.\d+", printed)]
            in_mm = [number * 25.4 for number in numbers] if inches else numbers
            assert any(abs(each.upper_mm - number) < 0.005 for number in in_mm), each


def test_the_limits_that_engineers_know() -> None:
    """Written down a second time, so that no slip of a key passes."""
    aci = load("aci-224r-01")
    limits = [aci.at(name).classes[0].upper_mm for name in aci.exposure_names]
    assert limits == [0.41, 0.30, 0.18, 0.15, 0.10]
    ec2, bonded = load("en-1992-1-1-2004"), load("en-1992-1-1-2004-prestressed")
    assert classify(0.35, 0, ec2, "XC1").text == "within limit"
    assert classify(0.35, 0, ec2, "xs2").text == "over limit"
    assert classify(0.25, 0, bonded, "XC4").text == "over limit"
    decompression = classify(0.25, 0, bonded, "XD1")
    assert decompression.text == "no class"
    assert "decompression" in decompression.no_limit
    assert classify(0.35, 0, load("uk-na-en-1992-1-1-2004"), "X0").text == "over limit"
    reinforced, prestressed = load("aashto-mbei-1130"), load("aashto-mbei-1110")
    assert [classify(w, 0, reinforced).text for w in (0.2, 0.5, 1.5)] == ["CS1", "CS2", "CS3"]
    assert [classify(w, 0, prestressed).text for w in (0.05, 0.2, 0.3)] == ["CS1", "CS2", "CS3"]
    assert classify(0.6, 0, load("osim")).text == "medium"


def test_a_limit_belongs_to_the_side_that_the_standard_says() -> None:
    bridge = load("aashto-mbei-1130")
    assert classify(0.3048, 0, bridge).text == "CS2"
    assert classify(1.27, 0, bridge).text == "CS2"
    assert classify(0.3, 0, load("en-1992-1-1-2004"), "XC3").text == "within limit"


@given(cases, WIDTHS, WIDTHS, st.floats(0, 0.5))
def test_a_wider_crack_is_never_in_a_narrower_class(case, one, other, u95) -> None:
    narrow, wide = sorted((one, other))
    low, high = places(narrow, u95, *case), places(wide, u95, *case)
    assert (low[0], low[-1]) <= (high[0], high[-1])
    assert low[-1] <= high[-1]


@given(cases, WIDTHS, st.floats(0, 0.5), st.floats(0, 0.5))
def test_the_interval_holds_the_class_of_the_width_and_grows_with_its_uncertainty(
    case, width, one, other
) -> None:
    small, large = sorted((one, other))
    certain, surer, less_sure = (places(width, u95, *case) for u95 in (0.0, small, large))
    assert len(certain) == 1
    assert set(certain) <= set(surer) <= set(less_sure)
    assert less_sure == list(range(less_sure[0], less_sure[-1] + 1))


@given(cases, st.floats(0.001, 3), st.floats(0, 0.999), st.floats(0, 1))
def test_what_is_only_bounded_may_be_in_any_class_below_its_bound(case, bound, share, u95) -> None:
    found = places({"below": bound}, u95, *case)
    assert found[0] == 0
    assert places(bound * share, 0, *case)[0] in found
    assert found[-1] <= places(bound, 0, *case)[0]


def test_a_bound_at_a_limit_stays_below_it() -> None:
    assert classify({"below": 0.3048}, 0, load("aashto-mbei-1130")).text == "CS1"
    assert classify({"below": 0.31}, 0, load("aashto-mbei-1130")).text == "CS1 or CS2"


def test_a_class_says_what_it_rests_on() -> None:
    found = classify(0.32, 0.06, load("aashto-mbei-1130"))
    assert (found.text, found.certain) == ("CS1 or CS2", False)
    assert [each.as_printed for each in found.limits] == ["less than 0.012 in."]
    assert found.to_dict() == {
        "classes": ["CS1", "CS2"],
        "limits_mm": [0.3048],
        "standard": "aashto-mbei-1130",
        "edition": found.edition,
        "table": found.table,
        "clause": "defect 1130",
        "checked": False,
    }
    assert classify(0.8, 0.6, load("aashto-mbei-1130")).text == "CS1, CS2 or CS3"
    middle = classify(0.6, 0.01, load("aashto-mbei-1130"))
    assert [each.upper_mm for each in middle.limits] == [0.3048, 1.27]


def test_a_standard_that_asks_for_an_exposure_lists_them() -> None:
    for exposure in (None, "XC9"):
        with pytest.raises(UsageError, match=r"X0, XC1 \(.*XD3 \("):
            classify(0.2, 0.05, load("en-1992-1-1-2004"), exposure)
    with pytest.raises(UsageError, match="Did you mean 'seawater'"):
        classify(0.2, 0.05, load("aci-224r-01"), "sea water")
    with pytest.raises(UsageError, match="has no exposure classes"):
        classify(0.2, 0.05, load("osim"), "XC3")


@pytest.mark.parametrize(
    ("width", "u95", "rule"),
    [
        (-0.1, 0.0, "a width must be finite"),
        (float("nan"), 0.0, "a width must be finite"),
        (0.1, -0.1, "u95_mm must be finite"),
        (0.1, float("inf"), "u95_mm must be finite"),
        ({"below": -1.0}, 0.0, "a bound of a width"),
        ({"under": 1.0}, 0.0, "'below': x"),
    ],
)
def test_what_is_no_width_is_refused(width, u95, rule) -> None:
    with pytest.raises(ValueError, match=rule):
        classify(width, u95, load("osim"))


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(UnknownNameError, match=r"osim.*Did you mean 'aci-224r-01'"):
        load("aci-224r")


OWN = """
title: House rules
exposures:
  - names: [inside, "1"]
    limit_mm: 0.25
  - names: [outside]
    classes:
      - {name: watch, below_mm: 0.2}
      - {name: repair, up_to_mm: 1}
      - {name: replace}
  - names: [buried]
    no_limit: nobody sees it
"""


def own(folder: Path, content: str | bytes) -> Path:
    path = folder / "house rules.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_a_users_own_file_does_where_a_name_does(tmp_path: Path) -> None:
    standard = load(own(tmp_path, OWN))
    assert (standard.name, standard.checked) == ("house rules", False)
    assert standard.exposure_names == ("inside", "1", "outside", "buried")
    assert classify(0.2, 0.02, standard, "outside").text == "watch or repair"
    assert classify(0.25, 0.0, load(str(own(tmp_path, OWN))), "1").text == "within limit"
    assert classify(0.25, 0.0, standard, "buried").no_limit == "nobody sees it"
    single = load(own(tmp_path, "title: One limit\nlimit_mm: 0.3"))
    assert classify(0.31, 0.0, single).text == "over limit"


def test_all_that_is_wrong_with_a_file_is_told_at_once(tmp_path: Path) -> None:
    wrong = """
titel: x
checked: maybe
exposures:
  - names: [NO]
    limit_mm: -1
  - limit_mm: wide
  - names: [a]
    limit_mm: 0.2
    no_limit: because
  - names: [A]
    classes:
      - {name: x, up_to_mm: 0.5, wide: 1}
      - {name: x, below_mm: 0.3}
      - {name: z, up_to_mm: 2}
"""
    with pytest.raises(UsageError) as told:
        load(own(tmp_path, wrong))
    for part in (
        "titel is unknown. Did you mean 'title'?",
        "title is missing",
        "checked must be true or false. Received: 'maybe'",
        "exposures[0].names[0] must be text, in quotes if YAML reads it as another type. "
        "Received: False",
        "exposures[0].limit_mm must be a width in mm above 0. Received: -1",
        "exposures[1].names must list at least one",
        "exposures[1].limit_mm must be a width in mm above 0. Received: 'wide'",
        "exposures[2].limit_mm or classes or no_limit: exactly one is needed. "
        "Received: ['limit_mm', 'no_limit']",
        "each exposure must be listed once. Received: ['a']",
        "exposures[3].classes[0].wide is unknown",
        "exposures[3].classes must be in order from narrow to wide. Received: [0.5, 0.3]",
        "exposures[3].classes must have different names",
        "exposures[3].classes[2] is the widest and must have none of below_mm and up_to_mm",
    ):
        assert part in str(told.value)


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        ("title: [", "not valid YAML"),
        (b"\xff\xfe\x00", "not valid YAML"),
        ("- a", "must contain `key: value`"),
        ("", "must contain `key: value`"),
        ("title: a\ntitle: b\nno_limit: x", "duplicate keys. Remove one of each: title"),
        ("title: a", "limit_mm or classes or no_limit or exposures: exactly one is needed"),
        ("title: a\nclasses: []", "at least two"),
        ("title: a\nclasses: 5", "must be a list"),
        ("title: a\nclasses: [1, 2]", "must contain `key: value`"),
        ("title: a\nexposures: []", "must not be empty"),
        ("title: a\nno_limit: ''", "must give a reason"),
        ("a: &a [*a]", "is unknown"),
        (b"#" * 1_000_001, "too large"),
    ],
)
def test_what_is_no_standard_is_told_apart(tmp_path: Path, content, rule) -> None:
    with pytest.raises(UsageError, match=rule):
        load(own(tmp_path, content))


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read: No such file"):
        load(tmp_path / "none.yaml")
