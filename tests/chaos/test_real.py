"""Two of the faults on real hosts, and in the slow tests each kind of fault once; in a phase that is drawn."""

import subprocess
from pathlib import Path

import pytest

from tests.chaos.real.faults import FAULTS, PHASES, listening_sshd, pairs
from tests.chaos.real.fleet import chosen, on_real_hosts
from tests.chaos.real.site import Site, sessions
from tests.chaos.report import of_real
from tests.fleet.labs import lab_for

EVERY = 20
# One of the process and one of the files of a run; make slow has every fault, and tests/fleet a driver that is killed
# (test_deployments), an older run that wakes (test_fence) and a release that fails.
SLICE = {"worker killed", "private copy changed"}
SEED = 3


@pytest.mark.fleet
@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    ("names", "labs"),
    [(SLICE, 1), pytest.param({fault.name for fault in FAULTS}, 2, marks=pytest.mark.slow)],
    ids=["slice", "every"],
)
def test_faulted_rollouts_break_no_invariant(names: set[str], labs: int) -> None:
    work = [pair for pair in chosen(EVERY, SEED) if pair[0].name in names]
    assert len(work) == len(names)
    rollouts, seconds = on_real_hosts(work, SEED, labs=labs)
    table = of_real(rollouts, seconds)
    assert [rollout for rollout in rollouts if rollout.broken] == [], table
    assert sum(rollout.struck for rollout in rollouts) >= len(work) - (2 if labs > 1 else 0), table


@pytest.mark.fleet
def test_the_logins_and_the_sshd_of_a_host_are_told_from_those_of_others(tmp_path: Path) -> None:
    with lab_for("logins", 2, light=True) as lab:
        site = Site(lab, tmp_path)
        left = subprocess.Popen([*lab.ssh_command("web1"), "echo in; sleep 60"], stdout=subprocess.PIPE)
        assert left.stdout is not None
        left.stdout.readline()
        assert [len(sessions(site, host)) for host in ("web1", "web2")] == [1, 0]
        left.kill()
        left.communicate()
        # Both sshd: one that is told to read its keys again answers nobody for a moment.
        its = [listening_sshd(site.root(host)) for host in ("web1", "web2")]
        assert [len(pids) for pids in its] == [1, 1]
        assert its[0] != its[1]


def test_every_fault_is_struck_once() -> None:
    assert {fault.name for fault, _ in chosen(EVERY, SEED)} == {fault.name for fault in FAULTS} > SLICE


def test_every_phase_is_struck_by_some_fault() -> None:
    assert {phase for _, phase in pairs()} == set(PHASES)
