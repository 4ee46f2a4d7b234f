"""Damaged files of an unfinished run are named, with what to do about them."""

from contextlib import suppress
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crackscope.errors import UsageError
from crackscope.training import head, phase
from crackscope.training.history import Epoch, History
from crackscope.training.lines.log import Log, State
from crackscope.validation import survey
from crackscope.validation.report import count_drawn

ROW = Epoch("head", 1, 0.5, 0.9, 0.4, 0.9, 1e-3, 1.0)
HEAD = b"phase,epoch,loss,accuracy,val_loss,val_accuracy,learning_rate,seconds\n"
SIDES = {"train": [0] * 3}


def no_longer_read(make, file):
    with pytest.raises(UsageError, match="is damaged") as raised:
        make()
    assert str(file) in str(raised.value)
    assert "Delete" in str(raised.value)
    assert raised.value.exit_code == 2


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\0\0\xff",
        HEAD.replace(b",loss", b""),
        HEAD + b"head,one,1,1,1,1,1,1\n",
        HEAD + b"head,1,1,1,,1,1,1\n",
        HEAD + b"head,2,1,1,1,1,1,1\n",
        HEAD + b"head,1,1,1,1,1,1,1\nhead,1,1,1,1,1,1,1\n",
        HEAD + b'head,"1,1,1',
    ],
)
def test_a_damaged_table_of_epochs(tmp_path, content):
    (tmp_path / "metrics.csv").write_bytes(content)
    no_longer_read(lambda: History(tmp_path), tmp_path / "metrics.csv")


def features(file):
    return head.features(file, SIDES, file.parent)["train"]


@pytest.mark.parametrize(
    "values",
    [
        np.zeros((2, 4), np.float32),
        np.zeros((3, 4), np.float64),
        np.zeros(3, np.float32),
        np.full((3, 4), np.nan, np.float32),
        np.array([[object()]] * 3),
    ],
)
def test_features_of_another_kind(tmp_path, values):
    file = tmp_path / "features-train.npy"
    np.save(file, np.ones((3, 4), np.float32))
    assert features(file).sum() == 12
    np.save(file, values, allow_pickle=True)
    no_longer_read(lambda: features(file), file)


@pytest.mark.parametrize("content", [b"", b"PK\3\4", b"\x93NUMPY\1\0\5\0{'a':", b"\x80\4N."])
def test_what_are_no_features(tmp_path, content):
    file = tmp_path / "features-train.npy"
    file.write_bytes(content)
    no_longer_read(lambda: features(file), file)
    no_longer_read(lambda: survey._kept(file, 3), file)


@pytest.mark.parametrize("line", [b"{", b"[]", b"\xff", b"{}", b'{"photo": []}'])
def test_a_damaged_survey(tmp_path, line):
    file = tmp_path / survey.WINDOWS
    file.write_bytes(line + b"\n")
    no_longer_read(lambda: survey._finished(file), file)


def test_features_that_are_cut_off(tmp_path):
    file = tmp_path / "features-train.npy"
    np.save(file, np.ones((3, 4), np.float32))
    whole = file.read_bytes()
    for length in range(len(whole)):
        file.write_bytes(whole[:length])
        no_longer_read(lambda: features(file), file)


@pytest.mark.parametrize(
    "line", [b"{", b"[]", b"\xff", b"{}", b'{"phase": "a", "steps": null, "seconds": 1}',
             b'{"phase": 1, "steps": 1, "seconds": 1}',
             b'{"phase": "a", "steps": 1, "seconds": NaN}']
)  # fmt: skip
def test_a_damaged_log_of_lines(tmp_path, line):
    (tmp_path / "log.jsonl").write_bytes(line + b"\n")
    no_longer_read(lambda: Log(tmp_path), tmp_path / "log.jsonl")


class Model:
    """Of Keras, with weights that cannot be read."""

    optimizer = SimpleNamespace(built=True)

    def load_weights(self, file):
        raise OSError("unable to open file")


def test_weights_that_cannot_be_read(tmp_path):
    history, log = History(tmp_path), Log(tmp_path)
    history.commit(ROW)
    log.add({"phase": "a", "steps": 1, "seconds": 1})
    plan = phase.Phase("head", 1, 0.1, 1)
    no_longer_read(lambda: phase._load(Model(), history, plan, 1), history.csv)
    no_longer_read(lambda: State(log, "a").load_into(Model()), tmp_path / "log.jsonl")


@settings(max_examples=200)
@given(content=st.binary(max_size=40) | st.binary(max_size=30).map(lambda tail: b"photo\n" + tail))
def test_a_table_of_drawn_windows_is_counted_or_refused(tmp_path_factory, content):
    file = tmp_path_factory.getbasetemp() / "drawn.csv"
    file.write_bytes(content)
    with suppress(UsageError):
        assert count_drawn(file) >= 0
