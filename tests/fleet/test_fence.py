"""A run that comes late, or to another machine, changes nothing: shown on real hosts by what their playbooks wrote there."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from orchestrator.adapters import process
from orchestrator.adapters.ansible.attempt_folder import AttemptFolder
from orchestrator.adapters.ssh import SshTargets
from orchestrator.domain.evidence.outcome import AttemptOutcome
from orchestrator.domain.plan.target import Identity
from orchestrator.lab.fleet import Lab
from tests.fleet.ansible_runs import CASES, EACH_WAY, Runs, reasons, results
from tests.fleet.conftest import NewLab
from tests.fleet.lab_targets import targets_of
from tests.fleet.labs import lab_for

HOSTS = ("web1", "web2")
FENCED = CASES / "fence"


@pytest.fixture(scope="module")
def hosts() -> Iterator[Lab]:
    with lab_for("fence", 3, light=True) as made:
        yield made


@pytest.fixture(params=EACH_WAY)
def runs(request: pytest.FixtureRequest, tmp_path: Path, hosts: Lab) -> Runs:
    for name in HOSTS:
        hosts.ssh(name, "sudo rm -rf /var/lib/orch /tmp/acts")
    return Runs(tmp_path, hosts, project=FENCED, accelerate=request.param, claim_within=90)


def acts(runs: Runs, host: str) -> list[str]:
    return runs.lab.ssh(host, "cat /tmp/acts").out.split()


def epoch(runs: Runs, host: str) -> str:
    return runs.lab.ssh(host, "cat /var/lib/orch/epoch").out.strip()


def addresses(runs: Runs) -> dict[str, str]:
    return {host.name: f"{host.address}:22" for host in runs.lab.hosts}


def at(runs: Runs, name: str, **more: Any) -> AttemptOutcome:
    return runs.run("acts.yml", variables={"act": name}, **more)


def test_a_host_keeps_the_greatest_epoch_and_refuses_smaller_ones(runs: Runs) -> None:
    assert results(at(runs, "five", epoch=5)) == {"web1": "done", "web2": "done"}
    assert results(at(runs, "again", epoch=5)) == {"web1": "done", "web2": "done"}
    assert results(at(runs, "seven", epoch=7)) == {"web1": "done", "web2": "done"}
    late = at(runs, "six", epoch=6)
    assert results(late) == {"web1": "not_done", "web2": "not_done"}
    assert "web1: refused by the host: a newer run (epoch 7) was here" in reasons(late)
    assert late.faults == ()
    for host in HOSTS:
        assert (acts(runs, host), epoch(runs, host)) == (["five", "again", "seven"], "7")


def test_a_paused_run_that_wakes_up_after_a_newer_one_changes_nothing(runs: Runs) -> None:
    old = runs.request("acts.yml", HOSTS, variables={"act": "old"}, epoch=5)
    runs.playbooks.start(old)
    paused = paused_before_its_fence(runs, old.attempt)
    assert results(at(runs, "new", epoch=6)) == {"web1": "done", "web2": "done"}
    for pid in paused:
        os.kill(pid, signal.SIGCONT)
    outcome = runs.until(old.attempt, "finished").outcome
    assert outcome is not None
    assert results(outcome) == {"web1": "not_done", "web2": "not_done"}
    assert "a newer run (epoch 6) was here" in reasons(outcome)
    for host in HOSTS:
        assert acts(runs, host) == ["new"]


def paused_before_its_fence(runs: Runs, attempt: str) -> list[int]:
    """Stop the worker, and what it has started, before the run has shown its epoch to any host."""
    marker = AttemptFolder(runs.root / "attempts", attempt).mark()
    deadline = time.monotonic() + 30
    stopped: list[int] = []
    # Whatever a process started before it was stopped is found when it is looked again.
    while not stopped or set(process.tree(marker=marker, group=None)) - set(stopped):
        assert time.monotonic() < deadline
        for pid in set(process.tree(marker=marker, group=None)) - set(stopped):
            os.kill(pid, signal.SIGSTOP)
            stopped.append(pid)
    assert [epoch(runs, host) for host in HOSTS] == ["", ""], "it was paused too late to prove anything"
    return stopped


def test_a_run_that_begins_after_anothers_is_refused_unless_it_knows_of_it(runs: Runs) -> None:
    both = dict.fromkeys(HOSTS, (0,))
    assert results(at(runs, "first", epoch=5, known=both)) == {"web1": "done", "web2": "done"}
    assert results(runs.run("acts.yml", ("web1",), variables={"act": "theirs"}, epoch=7)) == {"web1": "done"}
    late = at(runs, "slept", epoch=9, known=dict.fromkeys(HOSTS, (0, 5)))
    assert results(late) == {"web1": "not_done", "web2": "untouched"}
    assert "web1: refused by the host: another run (epoch 7) has been here" in reasons(late)
    assert (late.outrun_on, late.hosts[0].found_epoch, late.faults) == (("web1",), 7, ())
    assert (acts(runs, "web1"), epoch(runs, "web1")) == (["first", "theirs"], "7")
    known = {"web1": (0, 5, 7), "web2": (0, 5, 9)}
    assert results(at(runs, "told", epoch=11, known=known)) == {"web1": "done", "web2": "done"}
    assert acts(runs, "web1") == ["first", "theirs", "told"]


def test_one_host_that_saw_a_newer_run_keeps_the_old_one_from_all(runs: Runs) -> None:
    assert results(runs.run("acts.yml", ("web1",), variables={"act": "new"}, epoch=9)) == {"web1": "done"}
    late = at(runs, "old", epoch=8)
    assert "web2: nothing was run: web1 has seen a newer run (epoch 9)" in reasons(late)
    assert (acts(runs, "web1"), acts(runs, "web2")) == (["new"], [])


def test_a_playbook_cannot_clear_the_refusal(runs: Runs) -> None:
    runs.run("acts.yml", ("web1",), variables={"act": "new"}, machines={"web1": "0" * 32})
    outcome = runs.run("clears_errors.yml", variables={"act": "old"}, machines={"web1": "0" * 32})
    assert results(outcome) == {"web1": "not_done", "web2": "done"}
    assert (acts(runs, "web1"), acts(runs, "web2")) == ([], ["old", "old"])


def test_another_machine_is_refused(runs: Runs) -> None:
    own = runs.lab.ssh("web2", "cat /etc/machine-id").out.strip()
    outcome = at(runs, "x", machines={"web1": "0" * 32, "web2": own}, epoch=3)
    assert results(outcome) == {"web1": "not_done", "web2": "done"}
    assert (
        f"is another machine now, its machine-id is {runs.lab.ssh('web1', 'cat /etc/machine-id').out.strip()}"
        in reasons(outcome)
    )
    assert (acts(runs, "web1"), epoch(runs, "web1")) == ([], "")


def test_a_machine_is_of_the_house_whose_run_came_first_until_it_is_released(runs: Runs) -> None:
    mine, other = "a1" * 16, "b2" * 16
    targets = [target for target in targets_of(runs.lab) if target.host == "web1"]
    assert results(runs.run("acts.yml", ("web1",), variables={"act": "mine"}, epoch=5, house=mine)) == {
        "web1": "done"
    }
    refused = runs.run("acts.yml", ("web1",), variables={"act": "theirs"}, epoch=7, house=other)
    assert results(refused) == {"web1": "untouched"}
    assert "web1: refused by the host: house a1a1a1a1a1a1a1a1 governs this machine" in reasons(refused)
    assert (acts(runs, "web1"), epoch(runs, "web1")) == (["mine"], "5")
    port = SshTargets()
    assert houses(port.identify(targets)) == [mine]
    assert houses(port.release(targets, other)) == [mine], "another house lets nothing go"
    assert houses(port.release(targets, mine)) == [""]
    assert results(runs.run("acts.yml", ("web1",), variables={"act": "theirs"}, epoch=9, house=other)) == {
        "web1": "done"
    }
    assert acts(runs, "web1") == ["mine", "theirs"]


def houses(identities: dict[str, Identity | str]) -> list[str]:
    return [each.house if isinstance(each, Identity) else each for each in identities.values()]


def test_without_become_the_fence_says_so(tmp_path: Path, new_lab: NewLab) -> None:
    runs = Runs(tmp_path, new_lab(2, light=True), project=FENCED)
    runs.lab.ssh("web1", "sudo rm -rf /etc/sudoers.d")
    outcome = at(runs, "x", epoch=4)
    assert results(outcome) == {"web1": "untouched", "web2": "done"}
    assert "web1: the host could not be shown the epoch of this run, so nothing was run on it: " in reasons(
        outcome
    )
    assert "sudo: a password is required" in reasons(outcome)
    assert acts(runs, "web1") == []


def test_an_inventory_that_leads_elsewhere_changes_nothing_anywhere(runs: Runs) -> None:
    pinned = addresses(runs)
    assert results(at(runs, "here", addresses=pinned, epoch=2)) == {"web1": "done", "web2": "done"}
    moved = runs.lab.inventory.read_text().replace(
        pinned["web1"].split(":")[0], pinned["web3"].split(":")[0], 1
    )
    runs.inventory = runs.root / "hosts.yml"
    runs.inventory.write_text(moved)
    outcome = at(runs, "there", addresses=pinned, epoch=3)
    assert results(outcome) == {"web1": "untouched", "web2": "untouched"}
    assert f"the inventory has web1 at {pinned['web3']} now, and had it at {pinned['web1']}" in reasons(
        outcome
    )
    assert [acts(runs, host) for host in ("web1", "web2", "web3")] == [["here"], ["here"], []]
    assert [epoch(runs, host) for host in ("web1", "web2", "web3")] == ["2", "2", ""]


@pytest.mark.parametrize("playbook", ["moves_in_a_play.yml", "moves_by_a_task.yml"])
def test_a_playbook_that_goes_elsewhere_by_itself_is_never_done(runs: Runs, playbook: str) -> None:
    pinned = addresses(runs)
    there = pinned["web3"].split(":")[0]
    outcome = runs.run(playbook, variables={"act": "x", "there": there}, addresses=pinned)
    assert "done" not in results(outcome).values()
    assert f"the inventory has web1 at {pinned['web3']} now" in reasons(outcome)


def test_a_machine_tells_the_newest_epoch_of_each_store_that_came(runs: Runs) -> None:
    ours, others = "a1" * 16, "b2" * 16
    for store, number in ((ours, 5), (others, 6), (ours, 7)):
        ended = at(runs, f"n{number}", epoch=number, store=store)
        assert results(ended) == {"web1": "done", "web2": "done"}
    known = SshTargets().identify([target for target in targets_of(runs.lab) if target.host in HOSTS])
    for host in HOSTS:
        machine = known[host]
        assert isinstance(machine, Identity)
        assert (machine.epoch, machine.stores) == (7, {ours: 7, others: 6})
