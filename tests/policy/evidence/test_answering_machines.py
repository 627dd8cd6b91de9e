"""Which machines may answer the tasks of a run: those that its hosts were when the plan was checked."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from orchestrator.domain.evidence.attempt import Allowance, AttemptRequest
from orchestrator.domain.evidence.outcome import AttemptOutcome
from orchestrator.domain.evidence.run_evidence import (
    HostEvidence,
    Recap,
    RunEvidence,
    RunExit,
    Session,
    TaskTrouble,
)
from orchestrator.policy.evidence.verdict import judge

AT = datetime(2026, 3, 2, 21, 0, tzinfo=UTC)
ONE, TWO, BESIDE, OTHER = "1" * 32, "2" * 32, "3" * 32, "f" * 32
KEY = "SHA256:c29tZSBrZXkgb2YgYSBob3N0"
PLACES = {"web1": "192.0.2.1:22", "web2": "192.0.2.2:22", "lb1": "192.0.2.9:22"}
IDS = {"web1": ONE, "web2": TWO, "lb1": BESIDE}


def session(
    acting: str, machine: str, *, where: str | None = None, task: str = "Configure", boot: str = "b1"
) -> Session:
    """Answers of one machine; by default at the place of the host that the tasks were for."""
    at = acting if where is None else where
    return Session(
        acting=acting,
        where=at,
        place=PLACES.get(at, at),
        machine=machine,
        boot=boot,
        user="deploy",
        task=task,
        answers=1,
    )


def host(name: str, *sessions: Session, **fields: object) -> HostEvidence:
    """A host on which all went well, but for these fields."""
    counted = Recap(ok=3)
    whole = {"plays": 1, "real": 1, "sentinel": True, "fence": "ok", "identity": name}
    return HostEvidence.model_validate(
        {
            "host": name,
            "addresses": (PLACES[name],),
            "counted": counted,
            "recap": counted,
            "sessions": sessions,
            **whole,
            **fields,
        }
    )


def judged(*hosts: HostEvidence, machines: dict[str, str] | None = None) -> AttemptOutcome:
    """The outcome over web1 and web2; lb1 is another host of the deployment, to which tasks may be delegated."""
    request = AttemptRequest.model_validate(
        {
            "attempt": "a1",
            "deployment": "d1",
            "purpose": "deploy",
            "playbook": "/p/site.yml",
            "project": "/p",
            "inventory": "/p/hosts",
            "hosts": ("web1", "web2"),
            "variables": {},
            "allowance": Allowance(delegates=("lb1",)),
            "addresses": {name: PLACES[name] for name in ("web1", "web2")},
            "machines": {"web1": ONE, "web2": TWO} if machines is None else machines,
            "machines_beside": {"lb1": BESIDE},
            "accelerate": "orch",
        }
    )
    end = RunExit(exit_code=0, started_at=AT, ended_at=AT)
    return judge(request, RunEvidence(hosts=hosts), end)


RIGHT = session("web2", TWO)
GOOD: list[tuple[str, list[Session], dict[str, str] | None]] = [
    ("none: the run was not accelerated", [], None),
    ("its own machine", [session("web1", ONE)], None),
    ("its own machine after a restart", [session("web1", ONE), session("web1", ONE, boot="b2")], None),
    ("a delegate's own machine", [session("web1", ONE), session("lb1", BESIDE)], None),
    ("a delegate that is in the wave", [session("web1", ONE), session("web2", TWO)], None),
    ("led by a variable to a declared delegate", [session("web1", BESIDE, where="lb1")], None),
    ("a place of which nothing is on record", [session("web1", OTHER, where="192.0.2.77:22")], None),
    ("a host known by its key alone", [session("web1", OTHER)], {"web1": KEY, "web2": TWO}),
    ("a host that nothing is known of", [session("web1", OTHER)], {"web2": TWO}),
]


@pytest.mark.parametrize(("sessions", "machines"), [row[1:] for row in GOOD], ids=[row[0] for row in GOOD])
def test_a_host_that_answers_from_its_own_machine_is_done(
    sessions: list[Session], machines: dict[str, str] | None
) -> None:
    outcome = judged(host("web1", *sessions), host("web2", RIGHT), machines=machines)
    assert [each.result for each in outcome.hosts] == ["done", "done"], outcome.faults
    assert outcome.hosts[0].sessions == tuple(sessions)


BAD: list[tuple[str, list[Session], str]] = [
    ("swapped addresses", [session("web1", TWO)], f"answered by machine {TWO} at 192.0.2.1:22, and web1 was"),
    ("in the midst", [session("web1", ONE), session("web1", OTHER, task="Restart")], "task 'Restart' was"),
    ("no word of itself", [session("web1", "")], "a machine that does not say which one it is"),
    ("an impostor of the delegate", [session("lb1", OTHER)], f"lb1 was machine {BESIDE}"),
    ("led to a delegate's impostor", [session("web1", OTHER, where="lb1")], f"lb1 was machine {BESIDE}"),
]


@pytest.mark.parametrize(("sessions", "words"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_an_answer_from_another_machine_leaves_no_host_done(sessions: list[Session], words: str) -> None:
    outcome = judged(host("web1", *sessions), host("web2", RIGHT))
    first, second = outcome.hosts
    assert (first.result, second.result) == ("unknown", "unknown")
    assert words in first.reason
    assert first.task == next(each.task for each in sessions if each.machine not in (ONE,))
    assert [words in fault for fault in outcome.faults] == [True]


def test_it_stands_over_what_the_task_itself_became() -> None:
    """The task was refused before it was sent, so it failed; what was there before it nobody knows."""
    refused = TaskTrouble(task="Configure", message="orch refuses 192.0.2.1:22")
    counted = Recap(ok=1, failures=1)
    failed = host(
        "web1",
        session("web1", OTHER),
        failed=(refused,),
        counted=counted,
        recap=counted,
        sentinel=False,
        identity="",
    )
    assert judged(failed, host("web2", RIGHT)).hosts[0].result == "unknown"


def test_one_that_the_fence_found_to_be_another_machine_is_refused_as_ever() -> None:
    """Nothing of the playbook was run there."""
    counted = Recap(failures=1)
    fields = {
        "fence": "machine",
        "fence_said": OTHER,
        "sentinel": False,
        "plays": 0,
        "real": 0,
        "identity": "",
    }
    outcome = judged(
        host("web1", session("web1", OTHER), counted=counted, recap=counted, **fields), host("web2", RIGHT)
    )
    assert outcome.hosts[0].reason.startswith("refused: this is another machine now")
    assert not any("answered by" in fault for fault in outcome.faults)
