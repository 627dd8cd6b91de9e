"""What tasks did on other hosts: those are touched, backed out and compared; what is outside is named as not proved."""

from __future__ import annotations

import pytest

from orchestrator.adapters.report.page import html_record
from orchestrator.adapters.report.text import text_record
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.evidence.acted_on import ActedOn
from orchestrator.domain.evidence.attempt import AttemptRequest
from orchestrator.domain.fold.fold import fold
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.lifecycle import State
from orchestrator.policy.telling.summary import plain_words
from orchestrator.policy.telling.words.host_words import STANDING_WORDS
from tests.fakes.playbooks import Script
from tests.worlds.fleet import Fleet
from tests.worlds.plans import plan_tree

ON_H2 = ActedOn(host="h2", by=("h1",), task="Set the pool")
ON_LB = ActedOn(host="lb1", by=("h1",), task="Drain")
CHANGED: dict[str, str | int | None] = {"sha256": "f" * 64, "exists": True}


def fleet_of(**backout: object) -> Fleet:
    """h1 first, then h2 and h3."""
    tree = plan_tree()
    tree["backout"] |= backout
    return Fleet(tree)


def backed_out(fleet: Fleet) -> list[str]:
    return sorted(host for purpose, hosts in fleet.started() if purpose == "backout" for host in hosts)


def record_of(fleet: Fleet, d: Deployment) -> str:
    return text_record(fleet.ports.journal.read(d.id), fleet.clock.now())


def failing(*acts: ActedOn) -> Script:
    return Script(results={"h1": "not_done"}, acted_on=acts)


def changes_h2(fleet: Fleet) -> None:
    """The delegated task leaves a file on h2, and the backout of h2 takes it away."""
    h2 = fleet.targets.machine("h2")

    def on_start(request: AttemptRequest) -> None:
        if request.purpose == "deploy":
            h2.items[("file", "/etc/pool")] = dict(CHANGED)
        elif "h2" in request.hosts:
            h2.items.pop(("file", "/etc/pool"), None)

    fleet.playbooks.on_start = on_start


@pytest.mark.parametrize("scope", ["all_touched", "wave", "failed"])
def test_a_host_of_a_later_wave_is_backed_out_and_compared(scope: str) -> None:
    fleet = fleet_of(scope=scope)
    changes_h2(fleet)
    fleet.playbooks.script("deploy", ["h1"], failing(ON_H2))
    d = fleet.deploy()
    assert d.state is State.BACKED_OUT
    assert backed_out(fleet) == ["h1", "h2"]
    assert d.standings["h2"].standing == "restored"
    assert d.standings["h3"].standing == "untouched"


def test_what_is_left_on_it_is_residue() -> None:
    fleet = fleet_of()
    changes_h2(fleet)
    fleet.playbooks.script("deploy", ["h1"], failing(ON_H2))
    start = fleet.playbooks.on_start
    fleet.playbooks.on_start = lambda request: start(request) if request.purpose == "deploy" else None
    d = fleet.deploy()
    assert (d.state, d.standings["h2"].standing) == (State.BACKED_OUT_WITH_RESIDUE, "residue")


def test_before_its_own_wave_it_is_not_called_untouched() -> None:
    fleet = fleet_of(on_failure="hold")
    fleet.playbooks.script("deploy", ["h1"], failing(ON_H2))
    d = fleet.deploy()
    assert d.driving.hold is not None
    assert d.touched_hosts == ("h1", "h2")
    assert d.standings["h2"].standing == "acted_on"
    assert "task 'Set the pool' for h1" in d.standings["h2"].reason
    lines = [line for line in record_of(fleet, d).splitlines() if line.startswith("h2")]
    assert lines
    assert not any(STANDING_WORDS["untouched"] in line for line in lines)


def test_it_is_deployed_to_in_its_own_wave() -> None:
    fleet = fleet_of()
    fleet.playbooks.script("deploy", ["h1"], Script(acted_on=(ON_H2,)))
    d = fleet.deploy()
    assert d.state is State.COMPLETED
    assert d.standings["h2"].standing == "verified"


def test_a_run_that_never_began_on_it_leaves_it_touched() -> None:
    fleet = fleet_of()
    for host in ("h1", "h2", "h3"):
        fleet.targets.machine(host).epoch = 0
    fleet.playbooks.script("deploy", ["h1"], Script(acted_on=(ON_H2,)))
    never = {"h2": "untouched", "h3": "untouched"}
    fleet.playbooks.script("deploy", ["h2", "h3"], Script(results=never))  # type: ignore[arg-type]
    d = fleet.deploy()
    assert d.driving.hold is not None
    assert d.standings["h2"].standing == "acted_on"
    assert d.standings["h3"].standing == "untouched"
    assert d.touched_hosts == ("h1", "h2")


def test_a_lost_attempt_says_what_it_acted_on() -> None:
    fleet = fleet_of()
    fleet.tree["strategy"]["idempotent"] = False
    changes_h2(fleet)
    fleet.playbooks.script("deploy", ["h1"], Script(dies=True, acted_on=(ON_H2,)))
    d = fleet.deploy()
    assert fleet.events(d, e.AttemptLost)[0].acted_on == (ON_H2,)
    assert d.touched_hosts == ("h1", "h2")
    assert ("end_run", ("h1", "h2")) in fleet.targets.asked


def test_a_host_outside_is_named_as_not_proved() -> None:
    fleet = fleet_of()
    fleet.playbooks.script("deploy", ["h1"], failing(ON_LB))
    d = fleet.deploy()
    words = [line for line in plain_words(d) if "lb1" in line]
    assert words == ["Not proved, because outside of the deployment: lb1: task 'Drain' for h1 acted on it."]
    assert "lb1: task 'Drain' for h1 acted on it; outside of the deployment, not proved" in record_of(
        fleet, d
    )


def test_what_only_the_backout_acted_on_is_compared_too() -> None:
    fleet = fleet_of()
    fleet.playbooks.script("deploy", ["h1"], failing())
    fleet.playbooks.script("backout", ["h1"], Script(acted_on=(ON_H2,)))

    def on_start(request: AttemptRequest) -> None:
        if request.purpose == "backout":
            fleet.targets.machine("h2").items[("file", "/etc/pool")] = dict(CHANGED)

    fleet.playbooks.on_start = on_start
    d = fleet.deploy()
    assert (d.state, d.standings["h2"].standing) == (State.BACKED_OUT_WITH_RESIDUE, "residue")


def test_an_older_outcome_that_names_hosts_outside_its_wave_means_the_same() -> None:
    fleet = fleet_of(on_failure="hold")
    fleet.playbooks.script("deploy", ["h1"], failing())
    d = fleet.deploy()
    ended = fleet.events(d, e.AttemptEnded)[0]
    older = ended.outcome.model_copy(update={"touched_outside": ("h3", "lb1")})
    records = [
        record.model_copy(update={"event": e.AttemptEnded(outcome=older)})
        if isinstance(record.event, e.AttemptEnded)
        else record
        for record in fleet.ports.journal.read(d.id)
    ]
    again = fold(records)
    assert again.touched_hosts == ("h1", "h3")
    assert [act.host for act in again.unproved_acts] == ["lb1"]


def test_the_page_names_it_as_not_proved() -> None:
    fleet = fleet_of()
    fleet.playbooks.script("deploy", ["h1"], failing(ON_LB, ON_H2))
    d = fleet.deploy()
    page = html_record(fleet.ports.journal.read(d.id), fleet.clock.now())
    assert "lb1: task &#39;Drain&#39; for h1 acted on it" in page
    assert page.count("outside of the deployment, not proved") == 1
