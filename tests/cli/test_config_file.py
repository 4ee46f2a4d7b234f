"""`--config`: a YAML file says what flags would say, word for word."""

from dataclasses import fields
from pathlib import Path

import pytest

from crackscope import arguments
from crackscope.cli.main import run
from crackscope.commands.inspect.settings import InspectConfig


@pytest.fixture
def given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The settings that `inspect --config FILE` gets from a text."""
    from crackscope.commands.inspect import run as command

    seen: list[InspectConfig] = []
    monkeypatch.setattr(command, "run", seen.append)

    def settings(text: str | bytes, *flags: str) -> InspectConfig:
        file = tmp_path / "settings.yaml"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        assert run(["inspect", "--config", str(file), *flags]) == 0
        return seen.pop()

    return settings


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("010", "010"),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        ("1e3", "1e3"),
        ("12:30", "12:30"),
        ("2025-05-01", "2025-05-01"),
        ("no", "no"),
        ("Yes", "Yes"),
        ("'null'", "null"),
        ("~", None),
        ("null", None),
        ("", None),
    ],
)
def test_a_name_is_what_is_written(given, written, name):
    assert given(f"photos: 007\nname: {written}\n").name == name
    assert given(f"photos: [007, {written or 'x'}]\n").photos[0] == "007"


def test_values_are_read_as_flags_read_them(given):
    made = given("photos: a.jpg\nthreshold: 0.25\nworkers: 08\nmasks: on\nheat-map: off\n")
    assert (made.threshold, made.workers, made.masks, made.heat_map) == (0.25, 8, True, False)
    assert given("photos: a.jpg\nmasks: yes\nwatch: false\n").masks is True


def test_a_list_stands_for_several_words(given):
    made = given("photos: [a.jpg, b c.jpg]\nreport: [csv, geojson]\n")
    assert (made.photos, made.report) == (("a.jpg", "b c.jpg"), "csv,geojson")
    assert given("photos: a.jpg\nreport:\n- pdf\n").report == "pdf"
    assert arguments.make(InspectConfig, ("a",), report=["csv", "pdf"]).report == "csv,pdf"


def test_what_the_file_sets_is_said_and_what_the_command_does_not_know(given, caplog):
    caplog.set_level("INFO")
    given("photos: a.jpg\nepochs: 5\nworkers: 2\n")
    (said,) = [record.message for record in caplog.records]
    assert said.endswith("settings.yaml: photos, workers; ignored by this command: epochs")


ONE_VALUE = [
    field.name
    for field in fields(InspectConfig)
    if field.name != "photos" and field.name not in arguments.comma_separated(InspectConfig)
]


@pytest.mark.parametrize("key", ONE_VALUE)
def test_a_list_where_one_value_stands_is_refused(key, tmp_path, capsys):
    file = tmp_path / "settings.yaml"
    file.write_text(f"photos: a.jpg\n{key}: [a, b]\n")
    assert run(["inspect", "--config", str(file)]) == 2
    assert f"line 2: {key} takes one value. Received a list of 2" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("photos: a: b\n", "line 1, column 10, is not valid YAML: mapping values"),
        ("photos: a\nname: [b\n", "line 3, column 1, is not valid YAML"),
        ("photos: a\n\tname: b\n", "line 2, column 1, is not valid YAML"),
        ("name: a\x07\n", "is not valid YAML: special characters"),
        ("a: 1\n---\nb: 2\n", "is not valid YAML"),
        ("photos: {a: b}\n", "line 1: photos takes one value or a flat list"),
        ("photos: [[a]]\n", "Received a nested value"),
        ("photos: a\nname: b\nname: c\n", "line 3: duplicate key 'name'"),
        ("? [a]\n: b\n", "line 1: each key must be the name of a flag"),
        ("photos: !!python/name:os.system a\nname: {x: 1}\n", "line 2: name takes one value"),
        ("[" * 2000, "nested too deeply"),
        (b"\xff\xfea", "cannot be read"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(text, said, tmp_path, capsys):
    file = tmp_path / "settings.yaml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    assert run(["inspect", "--config", str(file)]) == 2
    err = capsys.readouterr().err
    assert said in err
    assert str(file) in err
    assert "<unicode string>" not in err
    assert "Traceback" not in err


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_what_notepad_saves_is_read(given, encoding):
    assert given("photos: Brücke.jpg\r\n".encode(encoding)).photos == ("Brücke.jpg",)


def test_the_home_stands_for_a_tilde_wherever_a_path_comes_from(given, tmp_path, monkeypatch):
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    made = given("photos: [~/a.jpg, b~/c.jpg]\nout: ~/results\nmodel: ~/model\n")
    assert [Path(photo) for photo in made.photos] == [tmp_path / "a.jpg", Path("b~/c.jpg")]
    assert (made.out, Path(made.model)) == (tmp_path / "results", tmp_path / "model")
    assert given("photos: a.jpg\nname: x~\n").name == "x~"
    assert given("photos: a.jpg\n", "--out=~/flag").out == tmp_path / "flag"
    assert arguments.make(InspectConfig, ("a",), out="~/made").out == tmp_path / "made"
    monkeypatch.setenv("CRACKSCOPE_OUT", "~/variable")
    assert given("photos: a.jpg\nout: ~/results\n").out == tmp_path / "variable"


def test_the_home_stands_for_a_tilde_in_sets_of_the_matrix(tmp_path, monkeypatch):
    from crackscope.evaluation.cross.spec import parse

    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    parts = parse("wet=~/a:crack+~/b").parts
    assert [Path(part.path) for part in parts] == [tmp_path / "a", tmp_path / "b"]
