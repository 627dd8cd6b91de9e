"""Changes that no item of the baseline covers: a backout that restores all the rest does not hide them."""

from __future__ import annotations

from typing import Any

import pytest

from orchestrator.adapters.report.page import html_record
from orchestrator.adapters.report.text import text_record
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.evidence.baseline import FORM
from orchestrator.domain.evidence.task_changes import Change, ChangeKind, ChangesOn
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.lifecycle import State
from orchestrator.engine.use_cases.deployment_commands import rollback
from orchestrator.errors import ExitCode
from orchestrator.policy.evidence.coverage_words import uncovered_lines
from orchestrator.policy.telling.exit_codes import exit_code_of
from orchestrator.policy.telling.summary import plain_words
from tests.fakes.playbooks import Script
from tests.worlds.fleet import Fleet
from tests.worlds.plans import plan_tree

SEEN = ("file", "/etc/app", "Configure")
MIGRATED = ("unnamed", "command", "app : Migrate the database")
BESIDE = ("file", "/srv/beside", "Copy")


def on(*hosts: str, things: tuple[tuple[str, str, str], ...], more: int = 0) -> ChangesOn:
    changes = tuple(Change(kind=kind_of(kind), name=name, task=task) for kind, name, task in things)
    return ChangesOn(hosts=hosts, changes=changes, more=more)


def kind_of(word: str) -> ChangeKind:
    return Change.model_validate({"kind": word, "name": "x"}).kind


def backed_out(
    *changes: ChangesOn, backout: tuple[ChangesOn, ...] = (), fleet: Fleet | None = None, **words: Any
) -> tuple[Fleet, Deployment]:
    """A deployment whose first wave failed, and was backed out."""
    fleet = fleet or Fleet(plan_tree())
    fleet.tree["backout"].update(words)
    fleet.playbooks.script("deploy", ["h1"], Script(results={"h1": "not_done"}, changes=changes))
    fleet.playbooks.script("backout", ["h1"], Script(changes=backout))
    return fleet, fleet.deploy()


def lines(d: Deployment) -> list[str]:
    assert d.backout is not None
    return list(uncovered_lines(d.backout.uncovered))


def record_text(fleet: Fleet, d: Deployment) -> str:
    records = list(fleet.ports.journal.read(d.id))
    return "\n".join([text_record(records, fleet.clock.now()), *plain_words(d)])


def test_what_is_covered_is_restored_and_nothing_else_is_said() -> None:
    fleet, d = backed_out(on("h1", things=(SEEN,)))
    assert (d.state, lines(d)) == (State.BACKED_OUT, [])
    assert "0 differences" in record_text(fleet, d)
    assert "in what was captured" not in record_text(fleet, d)


def test_a_folder_that_is_a_difference_already_is_named_once() -> None:
    fleet = Fleet(plan_tree())
    fleet.targets.machine("h1").form = FORM
    folder = ("system folder", "/var/app")
    fleet.playbooks.on_start = lambda request: fleet.targets.machine("h1").items.update(
        {folder: {"mode": "0755", "exists": True}}
    )
    made = (("file", "/var/app", "Make it"), ("file", "/var/app/x", "Write"), ("tree", "/var/app", "Fill"))
    for things, named in ((made[:1], []), (made[:2], ["/var/app/x"]), (made[2:], ["/var/app"])):
        fleet.clock.sleep(5)
        fleet.targets.machine("h1").items.pop(folder, None)
        _, d = backed_out(on("h1", things=things), fleet=fleet)
        assert d.state is State.BACKED_OUT_WITH_RESIDUE
        assert d.backout is not None
        assert {(each.kind, each.name) for each in d.backout.differences} == {folder}
        assert [change.name for group in d.backout.uncovered for change in group.changes] == named


def test_what_no_item_covers_is_named_and_the_end_is_the_same() -> None:
    fleet, d = backed_out(on("h1", things=(SEEN, MIGRATED, BESIDE)))
    assert (d.state, exit_code_of(d)) == (State.BACKED_OUT, ExitCode.BACKED_OUT)
    assert lines(d) == [
        "h1: whatever task 'app : Migrate the database' (command) changed",
        "h1: file /srv/beside (task 'Copy')",
    ]
    assert "restored in what was captured" in plain_words(d)[0]
    assert "2 changed things were not: " in plain_words(d)[0]
    text = record_text(fleet, d)
    assert "(0 differences)" not in text
    assert "not captured: h1: file /srv/beside" in text
    assert "equal to the baseline in what was captured: h1" in text
    assert d.standings["h1"].reason == "in what was captured; 2 changed things were not"


def test_the_page_names_them() -> None:
    fleet, d = backed_out(on("h1", things=(BESIDE,)))
    html = html_record(list(fleet.ports.journal.read(d.id)), fleet.clock.now())
    assert "Restored is only what was captured; 1 changed thing was not" in html
    assert "file /srv/beside" in html


@pytest.mark.parametrize("task", ["Migrate the database", "app : Migrate*", "Migrate ?he database"])
def test_a_plan_declares_by_which_items_a_task_is_seen(task: str) -> None:
    declared = [{"task": task, "changes": [{"file": "/etc/app"}]}]
    assert lines(backed_out(on("h1", things=(MIGRATED,)), changes=declared)[1]) == []
    declared = [{"task": task, "nothing": "it only looks"}]
    assert lines(backed_out(on("h1", things=(MIGRATED,)), changes=declared)[1]) == []


def test_a_declaration_is_for_its_task_and_takes_no_named_change_away() -> None:
    declared = [{"task": "Migrate*", "nothing": "it only looks"}, {"task": "Copy", "nothing": "a copy"}]
    other = ("unnamed", "shell", "Patch")
    _, d = backed_out(on("h1", things=(MIGRATED, other, BESIDE)), changes=declared)
    assert lines(d) == ["h1: whatever task 'Patch' (shell) changed", "h1: file /srv/beside (task 'Copy')"]


def test_what_is_only_counted_is_not_covered() -> None:
    _, d = backed_out(on("h1", things=(SEEN,), more=7))
    assert lines(d) == ["h1: 7 more that the evidence counts and does not name"]


def test_a_run_that_was_lost_may_have_changed_anything() -> None:
    fleet = Fleet(plan_tree())
    fleet.playbooks.script("deploy", ["h1"], Script(dies=True))
    d = fleet.deploy()
    assert d.state is State.BACKED_OUT
    lost = [attempt.attempt for attempt in d.attempts if attempt.lost is not None]
    assert lines(d) == [f"h1: whatever {name} did beyond its evidence" for name in lost]


def test_an_outcome_of_an_earlier_version_says_nothing_of_changes() -> None:
    fleet = Fleet(plan_tree())
    fleet.playbooks.script("deploy", ["h1"], Script(results={"h1": "not_done"}, changes=None))
    d = fleet.deploy()
    assert len(lines(d)) == 1
    assert "beyond its evidence" in lines(d)[0]


def test_what_was_delegated_counts_where_it_ran() -> None:
    """A host outside of the deployment has no baseline, so nothing of it is covered."""
    delegated = on("loadbalancer", things=(SEEN,))
    _, d = backed_out(on("h1", things=(SEEN,)), delegated)
    assert lines(d) == ["loadbalancer: file /etc/app (task 'Configure')"]


def test_the_backout_counts_too_where_it_names_what_it_changes() -> None:
    changes = on("h1", things=(("tree", "/srv/beside", "Remove"), ("file", "/root/log", "Log"), MIGRATED))
    _, d = backed_out(on("h1", things=(BESIDE,)), backout=(changes,))
    assert lines(d) == ["h1: file /srv/beside (task 'Copy')", "h1: file /root/log (task 'Log')"]


def test_what_is_excluded_of_a_directory_is_named() -> None:
    baseline = {"files": ["/etc/app"], "exclude": ["/etc/app/cache"]}
    _, d = backed_out(on("h1", things=(("tree", "/etc/app", "Unpack"),)), baseline=baseline)
    assert lines(d) == ["h1: directory /etc/app/cache with all in it (task 'Unpack')"]


def test_a_path_through_a_link_of_the_host_is_where_the_link_leads() -> None:
    fleet = Fleet(plan_tree())
    link: dict[str, str | int | bool | None] = {"type": "link", "target": "/srv/data"}
    fleet.targets.machine("h1").items["file", "/etc/app"] = link
    _, d = backed_out(on("h1", things=(("file", "/etc/app/data.db", "Fill"),)), fleet=fleet)
    assert lines(d) == ["h1: file /etc/app/data.db (task 'Fill')"]


def test_an_item_of_the_very_name_covers_a_kind_that_has_no_rule() -> None:
    fleet = Fleet(plan_tree())
    fleet.targets.machine("h1").items["mount", "/data"] = {"type": "ext4"}
    mounts = (("mount", "/data", "Mount"), ("mount", "/other", "Mount"))
    _, d = backed_out(on("h1", things=mounts), fleet=fleet)
    assert lines(d) == ["h1: mount /other (task 'Mount')"]


def test_residue_is_told_with_what_was_not_captured() -> None:
    fleet = Fleet(plan_tree())
    fleet.playbooks.on_start = lambda request: fleet.targets.machine("h1").items.update(
        {("file", "/etc/app"): {"sha256": request.attempt, "exists": True}}
    )
    fleet, d = backed_out(on("h1", things=(BESIDE,)), fleet=fleet)
    assert d.state is State.BACKED_OUT_WITH_RESIDUE
    assert "1 changed thing was not: file /srv/beside on h1" in "\n".join(plain_words(d))


def test_what_an_earlier_backout_left_unproved_stays_named() -> None:
    """The plan takes the failed host back, a person the rest."""
    fleet = Fleet(plan_tree(waves=["rest"]))
    fleet.tree["backout"]["scope"] = "failed"
    changes = (on("h1", "h2", "h3", things=(BESIDE,)),)
    fleet.playbooks.script("deploy", None, Script(results={"h1": "not_done"}, changes=changes))
    d = rollback(fleet.ports, fleet.deploy().id, by="bo", reason="regret", watch=lambda *given: None)
    assert lines(d) == [f"{hosts}: file /srv/beside (task 'Copy')" for hosts in ("h1", "h2, h3")]


def test_the_event_names_them_host_by_host() -> None:
    fleet = Fleet(plan_tree(waves=["rest"]))
    changes = (on("h1", "h2", things=(BESIDE,)), on("h3", things=(MIGRATED,)))
    fleet.playbooks.script("deploy", None, Script(results={"h1": "not_done"}, changes=changes))
    d = fleet.deploy()
    (event,) = fleet.events(d, e.RestorationCompared)
    assert [group.hosts for group in event.uncovered] == [("h1", "h2"), ("h3",)]
