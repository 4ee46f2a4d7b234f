import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crackscope.errors import CrackscopeError, DatasetError, UsageError
from crackscope.evaluation.cross.sets import open_sets
from crackscope.evaluation.cross.spec import Piece, parse
from support_cross import write_surface

names = st.text("abcXYZ 09._-", min_size=1).filter(lambda text: text.strip() == text)
paths = st.text("abc/.\\-_ü ", min_size=1)
words = st.sampled_from(
    [("", None), (":crack", 1), (":Positive", 1), (":SOUND", 0), (":Negative", 0)]
)


@given(st.none() | names, st.lists(st.tuples(paths, words), min_size=1, max_size=4))
def test_what_is_written_is_read(name, parts):
    known = {path for path, _ in parts}
    text = ("" if name is None else f"{name}=") + "+".join(path + word for path, (word, _) in parts)
    spec = parse(text, exists=known.__contains__)
    assert spec.name == (name or "")
    assert spec.parts == tuple(Piece(path, label) for path, (_, label) in parts)


@given(st.text())
@example("~\x00")
def test_nonsense_ends_with_an_error_that_shows_it(text):
    with pytest.raises(UsageError) as caught:
        parse(text, exists=lambda path: False)
    assert repr(text) in str(caught.value)
    assert "[NAME=]PATH[:CLASS]" in str(caught.value)


@given(st.text("ab=+:/\\C", max_size=12))
def test_nothing_but_its_own_error_ever_comes_out(text):
    try:
        spec = parse(text, exists=lambda path: path in ("a", "b", "C:\\a", "a/b"))
    except UsageError:
        return
    assert spec.parts
    assert {part.path for part in spec.parts} <= {"a", "b", "C:\\a", "a/b"}


@pytest.mark.parametrize("text", ["a=b+c", "C:\\walls:crack", "x:crack", "a+b", "n=a+b"])
def test_a_path_that_exists_is_taken_as_it_stands(text):
    assert parse(text, exists=lambda path: path == text).parts == (Piece(text),)
    assert parse(f"name={text}", exists=lambda path: path == text).parts == (Piece(text),)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("a:cracky", "'cracky' is no class"),
        ("a:", "'' is no class"),
        (":crack", "a path is missing"),
        ("a++b", "a path is missing"),
        ("=a", "no name before the ="),
        ("n=", "a path is missing"),
        ("a+nowhere:crack", "there is no 'nowhere'"),
        ("a\x00", "there is no 'a\\x00'"),
    ],
)
def test_an_error_says_what_is_wrong(text, hint):
    with pytest.raises(UsageError) as caught:
        parse(text, exists=lambda path: path in "ab" and bool(path))
    assert hint in str(caught.value)


def test_a_real_path_of_any_kind_is_no_crash():
    for text in ("a\x00b", "x" * 5000, "\udcff", "+".join(["a"] * 999)):
        with pytest.raises(UsageError):
            parse(text)


@pytest.fixture
def surfaces(tmp_path):
    write_surface(tmp_path / "dark", (60, 60, 60), (180, 180, 180))
    write_surface(tmp_path / "walls", None, (170, 170, 170), photos=3, seed=1)
    return tmp_path


def opened(surfaces, *texts):
    return open_sets([parse(text.replace("@", f"{surfaces}/")) for text in texts])


def test_one_class_serves_as_negatives_of_another(surfaces):
    found = opened(surfaces, "@dark", "@dark:Positive+@walls", "wet=@dark")
    assert [each.name for each in found.sets] == ["dark", "dark:crack+walls", "wet"]
    assert len(found.datasets) == 2
    assert [len(each.members) for each in found.sets] == [32, 16 + 6, 32]


@pytest.mark.parametrize(
    ("texts", "hint"),
    [
        (["@walls"], "sound pictures only"),
        (["@dark:crack"], "cracked pictures only"),
        (["@dark", "x=@dark:sound+@walls"], "OTHER:crack"),
        (["@walls:crack+@dark"], "holds no picture"),
        (["@dark+@dark:crack"], "twice"),
        (["@dark", "@dark"], "one name"),
        (["n=@dark", "n=@dark:crack+@walls"], "NAME=PATH"),
    ],
)
def test_sets_that_cannot_be_tested_on_are_named(surfaces, texts, hint):
    with pytest.raises(CrackscopeError, match=hint) as caught:
        opened(surfaces, *texts)
    assert isinstance(caught.value, UsageError | DatasetError)
    assert caught.value.exit_code == 2
