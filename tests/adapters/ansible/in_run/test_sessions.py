"""Which machine may answer a task: it is asked before anything of the task is sent."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from ansible.errors import AnsibleError

from orchestrator.adapters.ansible.in_run.sessions import Machines, Report, session_of

ONE, OTHER = "1" * 32, "f" * 32
AT, ELSEWHERE = "192.0.2.1:22", "192.0.2.9:22"
PLACES = {"web1": AT, "web2": "192.0.2.2:22"}
MACHINES = Machines({"web1": ONE, "lb1": ONE}, PLACES, PLACES)


class Hello(NamedTuple):
    """The first word of a host."""

    machine: str = ONE
    boot: str = "b1"
    user: str = "deploy"


ROWS = [
    ("its own machine", "web1", AT, ONE, {"web1"}, ""),
    (
        "another machine",
        "web1",
        AT,
        OTHER,
        {"web1"},
        f"machine {OTHER} answers there, and web1 was machine {ONE}",
    ),
    ("one that says nothing", "web1", AT, "", {"web1"}, "a machine that does not say which one it is"),
    ("before the fence, which judges it", "web1", AT, OTHER, set(), ""),
    ("another place, which is judged by where it is", "web1", ELSEWHERE, OTHER, {"web1"}, ""),
    ("a host of which nothing is known", "web2", "192.0.2.2:22", OTHER, {"web2"}, ""),
    ("a delegate beside the wave", "lb1", ELSEWHERE, ONE, set(), ""),
    ("another machine than the delegate's", "lb1", ELSEWHERE, OTHER, set(), f"lb1 was machine {ONE}"),
    ("a delegate of which nothing is known", "db1", ELSEWHERE, OTHER, set(), ""),
]


@pytest.mark.parametrize(
    ("acting", "place", "machine", "accepted", "words"),
    [row[1:] for row in ROWS],
    ids=[row[0] for row in ROWS],
)
def test_a_task_is_refused_where_another_machine_answers(
    acting: str, place: str, machine: str, accepted: set[str], words: str
) -> None:
    session = session_of(acting, place, Hello(machine))
    if words:
        with pytest.raises(AnsibleError, match=words):
            MACHINES.refuse_another(session, accepted)
    else:
        MACHINES.refuse_another(session, accepted)


def test_where_no_place_is_known_the_fence_judges_first_all_the_same() -> None:
    machines, session = Machines({"web1": ONE}, ("web1",), {}), session_of("web1", AT, Hello(OTHER))
    machines.refuse_another(session, ())
    with pytest.raises(AnsibleError):
        machines.refuse_another(session, {"web1"})


class Places:
    """Where hosts are expected."""

    def expected_at(self, name: str) -> str:
        return {"web1": AT}.get(name, "")

    def name_of(self, place: str) -> str:
        return {AT: "web1"}.get(place, place)


def test_each_session_is_told_once_and_by_the_name_of_its_place() -> None:
    report = Report()
    first, moved = ["web1", AT, ONE, "b1", "deploy"], ["web1", ELSEWHERE, OTHER, "b9", "deploy"]
    assert report.of_task([first], Places()) == (
        [0],
        [
            {
                "session": 0,
                "acting": "web1",
                "where": "web1",
                "place": AT,
                "machine": ONE,
                "boot": "b1",
                "user": "deploy",
            }
        ],
    )
    assert report.of_task([first], Places()) == ([0], [])
    numbers, fresh = report.of_task([first, moved], Places())
    assert (numbers, [each["where"] for each in fresh]) == ([0, 1], [ELSEWHERE])
