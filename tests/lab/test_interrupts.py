"""An interrupt inside is kept until the end; one that is not there is not made up."""

from __future__ import annotations

import signal
import threading

import pytest

from handoff.lab import interrupts


def test_interrupt_waits_for_the_end() -> None:
    done = []

    def work() -> None:
        with interrupts.held():
            signal.raise_signal(signal.SIGINT)
            done.append("the rest")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert done == ["the rest"]


def test_nothing_came_nothing_is_raised() -> None:
    before = signal.getsignal(signal.SIGINT)
    with interrupts.held():
        pass
    assert signal.getsignal(signal.SIGINT) is before


def test_fault_inside_is_what_is_seen() -> None:
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(ValueError, match="inside"), interrupts.held():
        raise ValueError("inside")
    assert signal.getsignal(signal.SIGINT) is before


def test_other_threads_go_on() -> None:
    ran = []

    def work() -> None:
        with interrupts.held():
            ran.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert ran == [True]
