"""A fork is made while no thread of a task is at work."""

from __future__ import annotations

import threading
import time

from orchestrator.adapters.ansible.accelerator.gate import Gate


def test_whoever_closes_waits_for_those_inside_and_keeps_others_out() -> None:
    gate, order = Gate(), list[str]()
    entered, leave = threading.Event(), threading.Event()

    def works() -> None:
        with gate.inside():
            entered.set()
            leave.wait(10)
            order.append("first leaves")

    def comes_later() -> None:
        with gate.inside():
            order.append("second enters")

    first, second = threading.Thread(target=works), threading.Thread(target=comes_later)
    first.start()
    assert entered.wait(10)
    threading.Timer(0.05, leave.set).start()
    gate.close()
    order.append("closed")
    second.start()
    time.sleep(0.02)
    order.append("opens")
    gate.open()
    first.join()
    second.join()
    assert order == ["first leaves", "closed", "opens", "second enters"]


def test_whoever_waits_for_a_host_is_outside() -> None:
    gate = Gate(patience=30)
    waits, answer = threading.Event(), threading.Event()

    def works() -> None:
        with gate.inside(), gate.outside():
            waits.set()
            answer.wait(10)

    thread = threading.Thread(target=works)
    thread.start()
    assert waits.wait(10)
    gate.close()
    gate.open()
    answer.set()
    thread.join()


def test_a_thread_inside_may_fork_itself() -> None:
    gate = Gate(patience=30)
    with gate.inside():
        gate.close()
        gate.open()


def test_patience_has_an_end() -> None:
    gate = Gate(patience=0.01)
    entered, leave = threading.Event(), threading.Event()

    def works() -> None:
        with gate.inside():
            entered.set()
            leave.wait(10)

    thread = threading.Thread(target=works)
    thread.start()
    assert entered.wait(10)
    gate.close()
    gate.open()
    leave.set()
    thread.join()


def test_outside_means_nothing_to_others() -> None:
    gate = Gate(patience=30)
    with gate.outside():
        gate.close()
        gate.open()
