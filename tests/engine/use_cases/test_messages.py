"""Messages of the communication plan: at which moments they are sent, tried again, given up, and put on the record."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, get_args

import pytest

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.lifecycle import State
from orchestrator.domain.plan.communication import MessageMoment
from orchestrator.engine.messaging_ports import MessageFacts, MessageText, PlainTexts
from orchestrator.engine.use_cases.messages import owing, send_due
from orchestrator.errors import Conflict, Fault, PlanFault
from orchestrator.policy.course.messages import AGAIN, owed
from tests.fakes.playbooks import Script
from tests.worlds.fleet import Fleet
from tests.worlds.plans import plan_tree

ALL = list(get_args(MessageMoment))


class Broken(PlainTexts):
    """Templates with a fault."""

    def written(self, moment: MessageMoment, facts: MessageFacts, project: Path) -> MessageText:
        raise PlanFault([Fault("messages/end.j2", 1, "", "a template", "none", "correct it")])


def entry_at(*at: str, by: str = "desk", audience: str = "service desk") -> dict[str, Any]:
    notify = {"by": by, "to": ["desk@example.net"], "at": list(at or ALL)}
    return {"audience": audience, "channel": "mail", "notify": notify}


def fleet_of(*entries: dict[str, Any], **sections: Any) -> Fleet:
    return Fleet({**plan_tree(), "communication": list(entries or [entry_at()]), **sections})


def moments(fleet: Fleet) -> list[str]:
    return [message.moment for _, message in fleet.channels.sent]


def test_a_good_deployment() -> None:
    fleet = fleet_of()
    d = fleet.deploy()
    assert d.state is State.COMPLETED
    assert moments(fleet) == ["start", "wave", "wave", "end"]
    [_, first_wave, _, end] = [message for _, message in fleet.channels.sent]
    assert "wave 1" in first_wave.text.subject
    assert end.text.subject == "app 2.0 in test: completed"
    assert owed(fleet.now(d.id)) == ()


def test_a_deployment_that_fails() -> None:
    fleet = fleet_of()
    fleet.playbooks.script("deploy", None, Script(results={"h1": "not_done"}))
    d = fleet.deploy()
    assert d.state is State.BACKED_OUT
    assert moments(fleet) == ["start", "failure", "backout", "end"]


def test_a_gate_that_waits_for_a_person() -> None:
    fleet = Fleet({**plan_tree(gate={"confirm": "deployment manager"}), "communication": [entry_at()]})
    fleet.deploy()
    assert moments(fleet) == ["start", "wave", "person wanted"]
    [*_, (_, last)] = fleet.channels.sent
    assert "the gate waits for deployment manager" in last.text.body


def test_a_start_in_the_schedule_and_the_approvals_that_it_wants() -> None:
    fleet = fleet_of(entry_at("scheduled", "approval wanted"))
    fleet.rule()
    d = fleet.schedule(fleet.clock.now() + timedelta(days=1))
    assert [each.reached.moment for each in owed(d)] == ["scheduled", "approval wanted"]
    fleet.run_due()
    assert moments(fleet) == ["scheduled", "approval wanted"]


def test_nobody_is_told_that_an_approval_is_wanted_which_is_not() -> None:
    fleet = fleet_of(entry_at("approval wanted"))
    assert owed(fleet.schedule(fleet.clock.now() + timedelta(days=1))) == ()


def test_only_the_moments_that_an_audience_asks_for() -> None:
    fleet = fleet_of(entry_at("end"), entry_at("start", by="hook", audience="operations"))
    fleet.deploy()
    assert [(by, message.moment) for by, message in fleet.channels.sent] == [
        ("hook", "start"),
        ("desk", "end"),
    ]


def test_a_plan_in_words_alone_begins_no_sender() -> None:
    fleet = Fleet()
    d = fleet.deploy()
    assert (fleet.senders.begun, fleet.events(d, e.MessagesTried)) == ([], [])


def test_a_channel_that_is_down_stops_nothing_and_is_tried_again() -> None:
    fleet = fleet_of(entry_at("start", "end"))
    fleet.channels.down["desk"] = "no answer within 20 s"
    d = fleet.deploy()
    assert d.state is State.COMPLETED
    assert [each.tries[0].reason for each in fleet.events(d, e.MessagesTried)] == [
        "no answer within 20 s"
    ] * 2
    assert owing(fleet.ports) == []
    fleet.clock.sleep(AGAIN[0].total_seconds() + 1)
    assert owing(fleet.ports) == [d.id]
    del fleet.channels.down["desk"]
    fleet.run_due()
    assert moments(fleet) == ["start", "end"]
    assert fleet.run_due() == []
    assert moments(fleet) == ["start", "end"]


def test_a_message_keeps_its_id_and_is_given_up_in_the_end() -> None:
    fleet = fleet_of(entry_at("end"))
    fleet.channels.down["desk"] = "down"
    d = fleet.deploy()
    for wait in AGAIN:
        fleet.clock.sleep(wait.total_seconds())
        fleet.run_due()
    tries = [each.tries[0] for each in fleet.events(d, e.MessagesTried)]
    assert {each.message for each in tries} == {f"{d.id}.1.0"}
    assert [each.again is None for each in tries] == [False] * len(AGAIN) + [True]
    fleet.clock.sleep(10**6)
    fleet.run_due()
    assert fleet.channels.asked == len(AGAIN) + 1


def test_a_channel_that_is_down_is_asked_once_for_all_that_it_owes() -> None:
    fleet = fleet_of(entry_at("start", "wave", "end"), entry_at("end", by="hook"))
    fleet.senders.gone = True
    d = fleet.deploy()
    fleet.channels.down["desk"] = "down"
    tries = list(send_due(fleet.ports, d.id))
    assert [(each.channel, each.result) for each in tries] == [("desk", "failed"), ("hook", "sent")]
    assert len(owed(fleet.now(d.id))) == 4


def test_what_no_sender_could_be_begun_for_is_sent_by_run_due() -> None:
    fleet = fleet_of(entry_at("start", "end"))
    fleet.senders.gone = True
    d = fleet.deploy()
    assert (fleet.senders.begun, moments(fleet)) == ([], [])
    fleet.senders.gone = False
    fleet.run_due()
    assert (fleet.senders.begun, moments(fleet)) == ([d.id], ["start", "end"])


def test_two_processes_never_send_for_one_deployment() -> None:
    fleet = fleet_of(entry_at("end"))
    fleet.senders.gone = True
    d = fleet.deploy()
    with fleet.ports.journal.drive_alone(f"orch.messages.{d.id}"), pytest.raises(Conflict):
        list(send_due(fleet.ports, d.id))
    assert moments(fleet) == []


def test_what_was_authorised_stays_so_while_people_are_told() -> None:
    fleet = fleet_of(entry_at("start", "wave"))
    silent = Fleet()
    d, other = fleet.deploy(), silent.deploy()
    kinds = [r.event.kind for r in fleet.ports.journal.read(d.id) if r.event.kind != "messages_tried"]
    assert kinds == [r.event.kind for r in silent.ports.journal.read(other.id)]


def test_a_rollback_after_the_end_is_told_too() -> None:
    fleet = fleet_of(entry_at("backout", "end"))
    d: Deployment = fleet.roll_back(fleet.deploy())
    assert d.state is State.BACKED_OUT
    assert moments(fleet) == ["end", "backout", "end"]
    ids = [message.id for _, message in fleet.channels.sent]
    assert len(set(ids)) == len(ids)


def test_a_template_with_a_fault_is_a_try_that_failed() -> None:
    fleet = fleet_of(entry_at("end"))
    fleet.senders.gone = True
    d = fleet.deploy()
    list(send_due(replace(fleet.ports, texts=Broken()), d.id))
    [tried] = fleet.events(d, e.MessagesTried)
    assert tried.tries[0].result == "failed"
    assert "messages/end.j2" in tried.tries[0].reason


def test_the_last_moment_is_handed_over_although_an_earlier_sender_still_runs() -> None:
    """That one may have looked already, and nobody comes after the driver."""
    fleet = fleet_of(entry_at("start", "end"))
    fleet.senders.busy = True
    d = fleet.deploy()
    assert (fleet.senders.begun, moments(fleet)[-1]) == ([d.id], "end")
