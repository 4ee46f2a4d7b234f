from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crackscope import arguments
from crackscope.arguments import fit
from crackscope.commands.train.settings import TrainConfig
from crackscope.errors import UsageError


@pytest.mark.parametrize(
    ("value", "kind", "wanted"),
    [
        (3, int, 3),
        (3, float, 3.0),
        (2.5, float | None, 2.5),
        (None, float | None, None),
        ("a", Path | None, Path("a")),
        (Path("a"), str, "a"),
        (["a", Path("b")], tuple[str, ...], ("a", "b")),
        ("b", Literal["a", "b"], "b"),
        (True, bool, True),
    ],
)
def test_what_fits_is_given_as_the_type(value, kind, wanted):
    found, (holds, _) = fit("x", value, kind)
    assert holds
    assert (found, type(found)) == (wanted, type(wanted))


@pytest.mark.parametrize(
    ("value", "kind", "words"),
    [
        (3.5, int | None, "a whole number or None"),
        ("3", int, "a whole number"),
        (True, int, "a whole number"),
        (True, float, "a number"),
        (float("nan"), float, "a number"),
        (float("inf"), float | None, "a number or None"),
        pytest.param(10**400, float | None, "a number or None", id="beyond-a-float"),
        (1, bool, "True or False"),
        (7, str, "text"),
        (7, Path | None, "a path or None"),
        (None, Path, "a path"),
        ("c", Literal["a", "b"], "one of: a, b"),
        (["a"], Literal["a", "b"], "one of: a, b"),
        ("a", tuple[str, ...], "a list, each text"),
        ([1], tuple[str, ...], "a list, each text"),
    ],
)
def test_errors_give_rule_and_value(value, kind, words):
    _, (holds, rule) = fit("x", value, kind)
    assert not holds
    assert rule.startswith(f"x must be {words}. Received: {value!r:.80} ({type(value).__name__})")


TEXT = st.text().filter(lambda text: not text.startswith("~"))  # which is the user's folder


@given(st.one_of(st.none(), st.booleans(), TEXT, st.lists(st.integers()), st.floats()))
def test_a_value_of_any_type_is_taken_or_refused_by_our_own_error(value):
    for name in ("epochs", "manifest", "augment", "seed", "unfreeze", "allow_leaks", "backbone"):
        try:
            made = arguments.make(TrainConfig, "x", **{name: value})
        except UsageError as error:
            assert name in str(error)  # noqa: PT017
        else:
            assert getattr(made, name) in (value, Path(value) if isinstance(value, str) else value)


def test_all_wrong_types_are_reported_at_once():
    with pytest.raises(UsageError) as caught:
        arguments.make(TrainConfig, 7, epochs="3", augment="wild", workers=True)
    for name in ("data", "epochs", "augment", "workers"):
        assert f"{name} must be" in str(caught.value)


@arguments.checked
def example(path: str | Path, count: int = 1, *, flag: bool = False) -> str:
    return f"{path} {count} {flag}"


def test_a_checked_call_does_what_it_did():
    assert example("a", 2, flag=True) == "a 2 True"


@pytest.mark.parametrize(
    ("positional", "named", "words"),
    [
        ((), {}, "missing a required argument: 'path'"),
        (("a", 1, 2), {}, "too many positional arguments"),
        (("a",), {"cuont": 1}, "'cuont'. Did you mean 'count'"),
        (("a",), {"path": "b"}, "multiple values"),
        (("a", "b"), {"flag": 1}, "count must be a whole number"),
    ],
)
def test_a_wrong_call_is_refused_by_our_own_error(positional, named, words):
    with pytest.raises(UsageError) as caught:
        example(*positional, **named)
    assert words in str(caught.value)
    if "flag" in named:
        assert "flag must be True or False" in str(caught.value)
