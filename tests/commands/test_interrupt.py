import os
import signal
import threading

import pytest

from crackscope.commands.skeleton import on_request

pytestmark = pytest.mark.skipif(os.name == "nt", reason="a process cannot send itself Ctrl-C there")


def press() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def test_the_first_ctrl_c_asks_and_the_second_interrupts(capfd: pytest.CaptureFixture[str]) -> None:
    with on_request() as asked:
        assert not asked.is_set()
        press()
        assert asked.wait(5)
        with pytest.raises(KeyboardInterrupt):
            press()
    assert "Press Ctrl-C again" in capfd.readouterr().err
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_handler_of_another_program_is_left_alone() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with on_request() as asked:
            press()
            assert not asked.is_set()
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


def test_another_thread_gets_an_event_that_nobody_sets() -> None:
    seen = []

    def work() -> None:
        with on_request() as asked:
            seen.append(asked.is_set())

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [False]
