"""Hosts are audited against what deployments recorded: what differs is found, stays open, and is settled by fact or by word."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from orchestrator.domain.evidence.cmdb_audit import HostAudit
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.events import HOUSE
from orchestrator.domain.plan.inspection import Vaulted
from orchestrator.domain.plan.target import HOST_KEY_NOT_PINNED
from orchestrator.domain.text.plain_text import plain
from orchestrator.engine.use_cases.accept_drift import accept
from orchestrator.engine.use_cases.cmdb_audit import Asked, audit
from orchestrator.engine.use_cases.deployment_commands import deploy
from orchestrator.errors import NotFound, Refused
from orchestrator.policy.evidence.audit_history import AuditHistory, history_of
from orchestrator.policy.evidence.audit_results import verdict_of
from tests.fakes.playbooks import Script
from tests.worlds.fleet import Fleet, quiet
from tests.worlds.plans import SHA

CONF = ("file", "/etc/app/conf")
ITEM = "file /etc/app/conf"
OTHER = "f" * 64
APP: dict[tuple[str, str], dict[str, Any]] = {("file", "/etc/app"): {"sha256": SHA, "exists": True}}


def configured(digest: str = "a" * 64, mode: str = "0644") -> dict[str, Any]:
    return {"sha256": digest, "mode": mode, "exists": True}


def world() -> Fleet:
    fleet = Fleet()
    for target in fleet.hosts:
        fleet.targets.machine(target.host).items[CONF] = configured()
    return fleet


def audited(fleet: Fleet, *hosts: str) -> dict[str, HostAudit]:
    return {each.host: each for each in audit(fleet.ports, Asked(hosts=hosts), by="ann").hosts}


def history(fleet: Fleet) -> AuditHistory:
    return history_of(fleet.ports.journal.read(HOUSE))


def test_hosts_are_as_a_deployment_left_them() -> None:
    fleet = world()
    d = fleet.deploy()
    done = audit(fleet.ports, Asked(), by="ann")
    assert [(h.host, h.result, h.deployments) for h in done.hosts] == [
        (name, "as_recorded", (d.id,)) for name in ("h1", "h2", "h3")
    ]
    assert verdict_of(done) == "as_recorded"
    assert all(h.items > 0 for h in done.hosts)
    assert fleet.targets.staying == 0
    assert fleet.ports.locks.held() == []


def test_a_file_changed_by_hand_is_found_with_who_recorded_it() -> None:
    fleet = world()
    d = fleet.deploy()
    fleet.targets.machine("h2").items[CONF] = configured(OTHER, "0600")
    hosts = audited(fleet)
    assert {name: h.result for name, h in hosts.items()} == {
        "h1": "as_recorded",
        "h2": "differs",
        "h3": "as_recorded",
    }
    (finding,) = hosts["h2"].findings
    assert (finding.item, finding.deployment, finding.accepted_by) == (ITEM, d.id, None)
    assert [(c.attribute, c.before, c.after) for c in finding.changes] == [
        ("mode", "0644", "0600"),
        ("sha256", "a" * 64, OTHER),
    ]


def test_what_is_over_a_moment_later_is_no_finding() -> None:
    fleet = world()
    fleet.deploy()
    machine = fleet.targets.machine("h1")
    machine.items[CONF] = configured(OTHER)
    asked: list[str] = []

    def settles(question: str) -> None:
        asked.append(question)
        if len(asked) == 2:
            machine.items[CONF] = configured()

    fleet.targets.on_question = settles
    assert audited(fleet, "h1")["h1"].result == "as_recorded"
    assert asked == ["capture", "capture"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda items: items.pop(CONF), [("exists", True, False)]),
        (lambda items: items.update({("file", "/etc/app/new"): configured()}), [("exists", False, True)]),
    ],
    ids=["a file is gone", "a file is new"],
)
def test_what_comes_or_goes_is_found(change: Any, words: list[tuple[Any, ...]]) -> None:
    fleet = world()
    fleet.deploy()
    change(fleet.targets.machine("h1").items)
    (finding,) = audited(fleet)["h1"].findings
    assert [(c.attribute, c.before, c.after) for c in finding.changes] == words


def test_a_finding_is_open_until_the_host_is_as_recorded_again() -> None:
    fleet = world()
    fleet.deploy()
    fleet.targets.machine("h1").items[CONF] = configured(OTHER)
    audited(fleet)
    first = next(iter(history(fleet).open.values()))
    audited(fleet)
    (again,) = history(fleet).open.values()
    assert again.since == first.since
    fleet.targets.machine("h1").unreachable = "no route"
    audited(fleet)
    assert len(history(fleet).open) == 1, "a host that does not answer settles nothing"
    fleet.targets.machine("h1").unreachable = None
    fleet.targets.machine("h1").items[CONF] = configured()
    audited(fleet)
    assert not history(fleet).open
    assert [each.how for each in history(fleet).settled] == ["as_recorded"]


def test_what_a_person_accepts_is_expected_from_then_on() -> None:
    fleet = world()
    d = fleet.deploy()
    fleet.targets.machine("h1").items[CONF] = configured(OTHER)
    audited(fleet)
    accept(fleet.ports, "h1", [ITEM], by="ann", reason="hot fix of Tuesday")
    assert not history(fleet).open
    assert audited(fleet)["h1"].result == "as_recorded"
    fleet.targets.machine("h1").items[CONF] = configured()
    (finding,) = audited(fleet)["h1"].findings
    assert (finding.deployment, finding.accepted_by) == (d.id, "ann")
    assert [(c.before, c.after) for c in finding.changes] == [(OTHER, "a" * 64)]


def test_that_something_is_gone_can_be_accepted() -> None:
    fleet = world()
    fleet.deploy()
    del fleet.targets.machine("h1").items[CONF]
    audited(fleet)
    accept(fleet.ports, "h1", [ITEM], by="ann", reason="not needed")
    assert audited(fleet)["h1"].result == "as_recorded"


def test_a_later_deployment_counts_again_after_an_acceptance() -> None:
    fleet = world()
    fleet.deploy()
    fleet.targets.machine("h1").items[CONF] = configured(OTHER)
    audited(fleet)
    accept(fleet.ports, "h1", [ITEM], by="ann", reason="hot fix")
    fleet.clock.sleep(60)
    fleet.targets.machine("h1").items[CONF] = configured("b" * 64)
    later = fleet.deploy()
    fleet.targets.machine("h1").items[CONF] = configured(OTHER)
    (finding,) = audited(fleet)["h1"].findings
    assert (finding.deployment, finding.accepted_by) == (later.id, None)


@pytest.mark.parametrize("name", ["/etc/app/a  b", f"/etc/app/{'x' * 500}", "/etc/app/\\x1b[31m"])
def test_an_item_can_be_named_as_it_was_shown(name: str) -> None:
    fleet = world()
    fleet.deploy()
    fleet.targets.machine("h1").items["file", name] = configured()
    audited(fleet)
    (known,) = accept(fleet.ports, "h1", [plain(f"file {name}")], by="ann", reason="known")
    assert known.finding.name == name
    assert audited(fleet)["h1"].result == "as_recorded"


def test_two_items_that_read_alike_are_not_accepted_by_one_name() -> None:
    fleet = world()
    fleet.deploy()
    fleet.targets.machine("h1").items |= {("file", "/etc/app/a  b"): {}, ("file", "/etc/app/a   b"): {}}
    audited(fleet)
    with pytest.raises(Refused, match="2 open findings"):
        accept(fleet.ports, "h1", ["file /etc/app/a b"], by="ann", reason="known")


@pytest.mark.parametrize(("host", "item"), [("h1", ITEM), ("h9", ITEM), ("h1", "file /etc/passwd")])
def test_only_an_open_finding_can_be_accepted(host: str, item: str) -> None:
    fleet = world()
    fleet.deploy()
    audited(fleet)
    with pytest.raises(NotFound, match="open"):
        accept(fleet.ports, host, [item], by="ann", reason="why not")


def test_hosts_of_which_nothing_is_known_are_never_as_recorded() -> None:
    fleet = world()
    fleet.deploy()
    fleet.targets.machine("h1").unreachable = "connection timed out"
    fleet.targets.machine("h2").faults = ["/etc/app: permission denied"]
    fleet.targets.machine("h3").machine_id = "machine-of-another"
    hosts = audited(fleet)
    assert {name: h.result for name, h in hosts.items()} == {
        "h1": "not_reached",
        "h2": "not_audited",
        "h3": "another_machine",
    }
    assert "permission denied" in hosts["h2"].reason
    assert "machine-of-h3" in hosts["h3"].reason


def test_another_host_key_is_another_machine() -> None:
    fleet = world()
    fleet.deploy()
    fleet.targets.machine("h1").unreachable = f"{HOST_KEY_NOT_PINNED}: SHA256:x"
    assert audited(fleet)["h1"].result == "another_machine"


def test_hosts_that_only_one_side_knows_are_named() -> None:
    fleet = world()
    fleet.deploy()
    fleet.planning.inventory = ("h1", "h2", "h7")
    done = audit(fleet.ports, Asked(), by="ann")
    assert {h.host: h.result for h in done.hosts} == {
        "h1": "as_recorded",
        "h2": "as_recorded",
        "h3": "not_in_inventory",
        "h7": "unknown",
    }
    assert verdict_of(done) == "drift"
    asked = [names for what, names in fleet.targets.asked if what == "capture"]
    assert asked[-1] == ("h1", "h2")


def test_an_inventory_that_cannot_be_read_hides_no_host() -> None:
    fleet = world()
    fleet.deploy()
    fleet.planning.inventory_faults = ("hosts.yml: no such file",)
    done = audit(fleet.ports, Asked(), by="ann")
    assert {h.result for h in done.hosts} == {"as_recorded"}
    assert "no such file" in done.remarks[0]


def test_without_the_vaults_values_nothing_is_kept_and_nothing_is_as_recorded() -> None:
    fleet = world()
    fleet.deploy()
    fleet.planning.vault = Vaulted(unknown="the vault's password is missing")
    hosts = audited(fleet)
    assert {h.result for h in hosts.values()} == {"not_audited"}
    assert "password is missing" in hosts["h1"].reason


def test_a_host_that_a_deployment_has_in_hand_is_not_visited() -> None:
    fleet = world()
    fleet.deploy()
    holder = fleet.schedule(fleet.clock.now() + timedelta(days=1))
    fleet.ports.locks.take(holder.id, {"machine-of-h1": "h1"}, "bo")
    hosts = audited(fleet)
    assert (hosts["h1"].result, hosts["h1"].reason) == ("in_deployment", f"{holder.id} has it in hand")
    assert hosts["h2"].result == "as_recorded"


def test_a_lock_that_a_dead_driver_left_holds_nothing() -> None:
    fleet = world()
    d = fleet.deploy()
    fleet.ports.locks.take(d.id, {"machine-of-h1": "h1"}, "bo")
    fleet.ports.locks.take("gone", {"machine-of-h2": "h2"}, "bo")
    assert {h.result for h in audited(fleet).values()} == {"as_recorded"}


def test_a_host_that_its_first_deployment_has_in_hand_is_not_unknown() -> None:
    fleet = world()
    fleet.deploy()
    fleet.planning.inventory = ("h1", "h2", "h3", "h7", "h8")
    fleet.plan("other", "h7", "h8", strategy={"gate": {"confirm": "service owner"}, "waves": [1, "rest"]})
    fleet.clock.sleep(60)
    second = deploy(fleet.ports, Path("other"), by="ann", approvals={}, watch=quiet)
    assert second.touched
    hosts = audited(fleet)
    assert hosts["h7"].result == "in_deployment"
    assert second.id in hosts["h7"].reason


def test_a_host_that_a_deployment_takes_meanwhile_is_no_finding() -> None:
    fleet = world()
    fleet.deploy()
    fleet.targets.machine("h1").items[CONF] = configured(OTHER)
    holder = fleet.schedule(fleet.clock.now() + timedelta(days=1))
    fleet.targets.on_question = lambda question: fleet.ports.locks.take(
        holder.id, {"machine-of-h1": "h1"}, "bo"
    )
    assert audited(fleet)["h1"].result == "in_deployment"
    assert not history(fleet).open


def test_what_was_backed_out_is_expected_as_it_was_restored() -> None:
    fleet = world()
    d = fleet.deploy()
    assert fleet.roll_back(d).state.value == "backed out"
    assert {h.result for h in audited(fleet).values()} == {"as_recorded"}
    fleet.targets.machine("h1").items[CONF] = configured(OTHER)
    assert audited(fleet)["h1"].findings[0].deployment == d.id


def test_a_host_that_was_left_with_residue_is_not_audited() -> None:
    fleet = world()
    d = fleet.deploy()
    fleet.targets.machine("h1").items[CONF] = configured(OTHER)
    assert fleet.roll_back(d).state.value == "backed out with residue"
    hosts = audited(fleet)
    assert hosts["h1"].result == "not_audited"
    assert d.id in hosts["h1"].reason
    assert hosts["h2"].result == "as_recorded"


def test_the_newest_deployment_that_captured_an_item_says_what_is_expected() -> None:
    fleet = world()
    first = fleet.deploy()
    fleet.clock.sleep(60)
    other = ("file", "/etc/other")
    fleet.plan("other", "h1", backout={"baseline": {"files": ["/etc/other"]}})
    fleet.targets.machine("h1").items |= {other: configured(), CONF: configured()} | APP
    second = deploy(fleet.ports, Path("other"), by="ann", approvals={}, watch=quiet)
    hosts = audited(fleet)
    assert hosts["h1"].deployments == (second.id, first.id)
    assert hosts["h1"].result == "as_recorded"
    fleet.targets.machine("h1").items[other] = configured(OTHER)
    fleet.targets.machine("h1").items[CONF] = configured(OTHER)
    recorded_by = {each.name: each.deployment for each in audited(fleet)["h1"].findings}
    assert recorded_by == {"/etc/other": second.id, "/etc/app/conf": first.id}


def test_no_host_is_no_pass() -> None:
    fleet = world()
    with pytest.raises(Refused, match="No host is on record"):
        audit(fleet.ports, Asked(), by="ann")
    fleet.deploy()
    with pytest.raises(NotFound, match="h9"):
        audit(fleet.ports, Asked(hosts=("h9",)), by="ann")
    with pytest.raises(NotFound, match="nowhere"):
        audit(fleet.ports, Asked(environments=("nowhere",)), by="ann")
    assert fleet.ports.journal.read(HOUSE) == []


def test_an_audit_that_was_killed_is_told_as_broken_off() -> None:
    fleet = world()
    fleet.deploy()

    def killed(question: str) -> None:
        raise KeyboardInterrupt

    fleet.targets.on_question = killed
    with pytest.raises(KeyboardInterrupt):
        audited(fleet)
    (broken,) = history(fleet).audits.values()
    assert (broken.ended, broken.hosts) == (None, ())
    fleet.targets.on_question = lambda question: None
    assert len(audited(fleet)) == 3


def test_an_audit_of_some_hosts_is_not_one_of_the_environment() -> None:
    fleet = world()
    fleet.deploy()
    fleet.planning.inventory = ("h1", "h2", "h3", "h7")
    assert list(audited(fleet, "h1")) == ["h1"]
    (began,) = [r.event for r in fleet.ports.journal.read(HOUSE) if isinstance(r.event, e.CmdbAuditBegan)]
    assert not began.whole


def test_a_failed_release_that_was_restored_is_a_state_on_record() -> None:
    fleet = world()
    fleet.playbooks.script("deploy", None, Script(results=dict.fromkeys(["h1", "h2", "h3"], "not_done")))
    assert fleet.deploy().state.value == "backed out"
    assert "as_recorded" in {h.result for h in audited(fleet).values()}


def test_hosts_of_one_name_in_two_environments_are_two_hosts() -> None:
    fleet = world()
    fleet.deploy()
    fleet.clock.sleep(60)
    fleet.targets.machine("h1").machine_id = "machine-of-stage"
    fleet.plan("other", "h1", resources={"environment": "stage"})
    second = deploy(fleet.ports, Path("other"), by="ann", approvals={}, watch=quiet)
    done = audit(fleet.ports, Asked(hosts=("h1",)), by="ann")
    assert [(h.environment, h.result, h.machine_id) for h in done.hosts] == [
        ("stage", "as_recorded", "machine-of-stage"),
        ("test", "another_machine", "machine-of-h1"),
    ]
    only = audit(fleet.ports, Asked(("stage",), ("h1",)), by="ann").hosts
    assert [h.deployments for h in only] == [(second.id,)]


def test_a_finding_of_one_environment_says_nothing_of_another() -> None:
    fleet = world()
    fleet.deploy()
    fleet.clock.sleep(60)
    fleet.targets.machine("h1").items[CONF] = configured(OTHER)
    audited(fleet)
    fleet.targets.machine("h1").machine_id = "machine-of-stage"
    fleet.plan("other", "h1", resources={"environment": "stage"})
    deploy(fleet.ports, Path("other"), by="ann", approvals={}, watch=quiet)
    audited(fleet, "h1")
    (known,) = history(fleet).open.values()
    assert (known.environment, known.machine_id) == ("test", "machine-of-h1")
    with pytest.raises(NotFound):
        accept(fleet.ports, "h1", [ITEM], by="ann", reason="known", environment="stage")
    accept(fleet.ports, "h1", [ITEM], by="ann", reason="known", environment="test")
