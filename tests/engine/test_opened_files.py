"""What runs read although nobody approved it: named at once, and a person decides before the next wave."""

from __future__ import annotations

import pytest

from orchestrator.adapters.report.page import html_record
from orchestrator.adapters.report.text import text_record
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.evidence.opened_file import OpenedFile
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.lifecycle import State
from orchestrator.policy.telling.summary import plain_words
from tests.fakes.playbooks import Script
from tests.worlds.fleet import Fleet
from tests.worlds.plans import plan_tree

LEFT = OpenedFile(path="/tmp/left", task="Read it", by="h1")
OTHER = OpenedFile(path="/srv/other")


def fleet_of(first: Script, **backout: object) -> Fleet:
    """h1 first, then h2 and h3."""
    tree = plan_tree()
    tree["backout"] |= backout
    fleet = Fleet(tree)
    fleet.playbooks.script("deploy", ["h1"], first)
    return fleet


def hold_of(d: Deployment) -> str:
    return d.driving.hold.reason if d.driving.hold is not None else ""


def retried(fleet: Fleet, d: Deployment) -> Deployment:
    fleet.say(d, e.Retried(by="ann", reason="read it"))
    return fleet.resume()


def test_it_is_held_before_the_next_wave() -> None:
    fleet = fleet_of(Script(opened=(LEFT,)))
    d = fleet.deploy()
    assert fleet.started() == [("deploy", ("h1",))]
    assert d.standings["h1"].standing == "verified"
    assert "/tmp/left (task 'Read it' for h1)" in hold_of(d)


def test_a_persons_word_goes_on_and_nothing_is_run_again() -> None:
    fleet = fleet_of(Script(opened=(LEFT,)))
    d = retried(fleet, fleet.deploy())
    assert d.state is State.COMPLETED
    assert fleet.started() == [("deploy", ("h1",)), ("deploy", ("h2", "h3"))]


@pytest.mark.parametrize(("second", "state"), [((LEFT,), State.COMPLETED), ((LEFT, OTHER), State.DEPLOYING)])
def test_the_word_holds_for_these_files(second: tuple[OpenedFile, ...], state: State) -> None:
    tree = plan_tree()
    tree["strategy"]["waves"] = [1, 1, "rest"]
    fleet = Fleet(tree)
    fleet.playbooks.script("deploy", ["h1"], Script(opened=(LEFT,)))
    fleet.playbooks.script("deploy", ["h2"], Script(opened=second))
    d = retried(fleet, fleet.deploy())
    assert d.state is state
    assert ("/srv/other" in hold_of(d), "/tmp/left" in hold_of(d)) == (state is State.DEPLOYING, False)


def test_after_the_last_wave_it_is_only_named() -> None:
    fleet = fleet_of(Script())
    fleet.playbooks.script("deploy", ["h2", "h3"], Script(opened=(LEFT,)))
    d = fleet.deploy()
    assert d.state is State.COMPLETED
    assert "Not approved, and read by runs: /tmp/left (task 'Read it' for h1)." in plain_words(d)


def test_a_backout_is_not_held_and_named() -> None:
    fleet = fleet_of(Script(results={"h1": "not_done"}, opened=(LEFT,)))
    fleet.playbooks.script("backout", ["h1"], Script(opened=(OTHER,)))
    d = fleet.deploy()
    assert d.state is State.BACKED_OUT
    (line,) = [words for words in plain_words(d) if words.startswith("Not approved")]
    assert "/tmp/left" in line
    assert "/srv/other" in line


def test_what_a_lost_run_read_counts_too() -> None:
    fleet = fleet_of(Script(dies=True, opened=(LEFT,)))
    fleet.tree["strategy"]["idempotent"] = False
    d = fleet.deploy()
    assert fleet.events(d, e.AttemptLost)[0].opened == (LEFT,)


def test_with_its_hosts_excluded_nothing_of_it_is_left_to_decide() -> None:
    fleet = fleet_of(Script(opened=(LEFT,)))
    d = fleet.deploy()
    fleet.say(d, e.Excluded(hosts=("h1",), by="ann", reason="taken out"))
    assert fleet.resume().driving.hold is None


def test_the_record_names_each_file() -> None:
    fleet = fleet_of(Script(opened=(LEFT, OTHER)))
    d = fleet.deploy()
    records = fleet.ports.journal.read(d.id)
    for record in (text_record(records, fleet.clock.now()), html_record(records, fleet.clock.now())):
        assert "it read what nobody approved: /srv/other" in record
        assert "; it read files that nobody approved" in record


def test_what_ansible_opened_during_the_check_is_named_there_and_known_to_each_run() -> None:
    fleet = fleet_of(Script())
    fleet.planning.opened = ("/etc/site",)
    (warning,) = [w for w in fleet.prepared().warnings if "/etc/site" in w.found]
    assert "resources.ingredients: [/etc/site]" in warning.next_move
    d = fleet.deploy()
    assert fleet.events(d, e.Planned)[0].foreseen == ("/etc/site",)
    assert {request.foreseen for request in fleet.playbooks.started} == {("/etc/site",)}
