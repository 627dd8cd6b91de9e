"""What a deployment changed is on the record after each wave, and a rule of model or policy holds it to what may change."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from orchestrator.domain.evidence.baseline import Baseline
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.lifecycle import State
from orchestrator.domain.rules.deployment_model import DeploymentModel
from orchestrator.errors import NotFound, PlanFault
from tests.fakes.baseline_store import FakeBaselineStore
from tests.fakes.playbooks import Script
from tests.worlds.changing import CONFIGURED, ETC, TOO_MUCH, Changing


def _model(may_change: Any) -> DeploymentModel:
    words = {"orch": 1, "model": "narrow", "version": 1, "title": "t", "purpose": "p", "requires": {}}
    steps = [{"step": "s", "role": "r", "seen_by": "nobody"}]
    return DeploymentModel.model_validate({**words, "steps": steps, "may_change": may_change})


def test_the_difference_of_every_host_is_on_the_record_with_equal_ones_together() -> None:
    fleet = Changing(TOO_MUCH)
    d = fleet.deploy()
    assert d.state is State.COMPLETED
    assert [group.hosts for group in d.changes.groups] == [("h1", "h2", "h3")]
    assert [(c.kind, c.name, c.attribute) for c in d.changes.groups[0].changes] == [
        ("file", "/etc/app", "sha256"),
        ("package", "sl", "exists"),
        ("user", "toor", "exists"),
    ]
    assert {host: r.items for host, r in d.changes.baselines.items()} == {"h1": 3, "h2": 3, "h3": 3}


def test_hosts_that_changed_otherwise_stand_apart_and_those_that_did_not_are_named_too() -> None:
    fleet = Changing({"h1": CONFIGURED, "h2": TOO_MUCH})
    d = fleet.deploy()
    assert [(group.hosts, len(group.changes)) for group in d.changes.groups] == [
        (("h1",), 1),
        (("h2",), 3),
        (("h3",), 0),
    ]


def test_the_capture_is_taken_in_the_visit_of_the_verification_and_every_visit_ends() -> None:
    fleet = Changing(CONFIGURED)
    before = fleet.targets.stays
    fleet.deploy()
    # One for all that comes before the first touch, and one for each of the two waves.
    assert (fleet.targets.stays - before, fleet.targets.staying) == (3, 0)
    kinds = [what for what, _ in fleet.targets.asked]
    assert kinds[-2:] == ["verify", "capture"] or kinds[-3:] == ["verify", "verify_units", "capture"]


def test_a_driver_that_dies_before_the_capture_is_followed_by_one_that_takes_it() -> None:
    fleet = Changing(CONFIGURED)
    asked: list[str] = []

    def die(question: str) -> None:
        asked.append(question)
        if question == "capture" and asked.count("capture") == 2:
            raise KeyboardInterrupt

    fleet.targets.on_question = die
    with pytest.raises(KeyboardInterrupt):
        fleet.deploy()
    assert fleet.targets.staying == 0
    d = fleet.resume()
    assert d.state is State.COMPLETED
    assert [group.hosts for group in d.changes.groups] == [("h1", "h2", "h3")]
    checked = [event.wave for event in fleet.events(d, e.WaveChecked) if event.stage == "verification"]
    assert checked == [0, 1]


def test_what_no_rule_allows_rejects_the_wave_and_is_backed_out_with_the_reason_as_a_code() -> None:
    fleet = Changing(TOO_MUCH)
    d = fleet.hold_to(ETC)
    assert d.state is State.BACKED_OUT
    (rejected,) = fleet.events(d, e.WaveRejected)
    assert rejected.hosts == ("h1",)
    assert rejected.reasons[0].code == "change.outside"
    assert rejected.reasons[0].values == {
        "host": "h1",
        "kind": "package",
        "item": "sl",
        "attribute": "exists",
        "further": 1,
        "rules": "policy house",
    }
    assert (
        "h1 changed package sl (exists), which policy house does not allow (and 1 change more there)"
        in rejected.reason
    )
    (began,) = fleet.events(d, e.BackoutBegan)
    assert [ground.code for ground in began.reasons] == ["backout.failure", "change.outside"]
    assert fleet.started() == [("deploy", ("h1",)), ("backout", ("h1",))]


def test_what_the_rule_names_may_change() -> None:
    d = Changing(CONFIGURED).hold_to(ETC)
    assert d.state is State.COMPLETED
    assert d.changes.rules == ("policy house",)
    assert d.changes.outside == {}


def test_no_failure_limit_lets_a_host_keep_what_may_not_change() -> None:
    fleet = Changing({"h1": CONFIGURED, "h2": TOO_MUCH, "h3": CONFIGURED},
                     strategy={"failure_limit": {"wave": 2, "overall": 2}})  # fmt: skip
    d = fleet.hold_to(ETC)
    assert d.state is State.BACKED_OUT
    assert fleet.events(d, e.WaveRejected)[0].hosts == ("h2",)


def test_a_host_that_is_down_within_the_limits_is_held_to_the_rule_too() -> None:
    fleet = Changing({"h1": CONFIGURED, "h2": TOO_MUCH, "h3": CONFIGURED},
                     strategy={"failure_limit": {"wave": 2, "overall": 2}})  # fmt: skip
    fleet.playbooks.script("deploy", ("h2", "h3"), Script(results={"h2": "not_done"}))
    d = fleet.hold_to(ETC)
    assert d.state is State.BACKED_OUT
    assert fleet.events(d, e.WaveRejected)[0].reasons[0].values["host"] == "h2"


def test_a_plan_that_holds_on_failure_holds_with_the_reason() -> None:
    fleet = Changing(TOO_MUCH, backout={"on_failure": "hold"})
    d = fleet.hold_to(ETC)
    assert d.driving.hold is not None
    assert "package sl" in d.driving.hold.reason


def test_a_host_that_cannot_be_captured_is_named_and_the_deployment_completes() -> None:
    fleet = Changing(CONFIGURED)
    fleet.cannot_be_captured("h2")
    d = fleet.deploy()
    assert d.state is State.COMPLETED
    assert d.changes.not_compared == {"h2": "a file could not be read"}


def test_a_baseline_that_the_store_has_lost_is_named_and_no_deployment_is_stuck_for_it() -> None:
    fleet = Changing(CONFIGURED)

    class Lost(FakeBaselineStore):
        def get(self, digest: str) -> Baseline:
            raise NotFound(f"There is no baseline {digest[:8]}.")

    fleet.ports = replace(fleet.ports, baselines=Lost())
    d = fleet.deploy()
    assert d.state is State.COMPLETED
    assert set(d.changes.not_compared) == {"h1", "h2", "h3"}
    assert "There is no baseline" in d.changes.not_compared["h1"]


def test_where_a_rule_binds_a_host_that_cannot_be_captured_is_not_passed() -> None:
    fleet = Changing(CONFIGURED)
    fleet.cannot_be_captured("h1")
    d = fleet.hold_to(ETC)
    assert d.state in (State.BACKED_OUT, State.BACKOUT_FAILED)
    (rejected,) = fleet.events(d, e.WaveRejected)
    assert [(ground.code, ground.values["host"]) for ground in rejected.reasons] == [("change.unknown", "h1")]


def test_what_only_differs_for_a_moment_is_captured_again_before_it_rejects() -> None:
    fleet = Changing(TOO_MUCH)
    asked: list[str] = []

    def settle(question: str) -> None:
        asked.append(question)
        # The first is the baseline; then each wave is captured as it is, and as it has settled.
        if question == "capture" and asked.count("capture") in (3, 5):
            for host in ("h1", "h2", "h3"):
                fleet.targets.machine(host).items = dict(CONFIGURED)

    fleet.targets.on_question = settle
    assert fleet.hold_to(ETC).state is State.COMPLETED
    assert asked.count("capture") == 5


def test_both_rules_bind_where_model_and_policy_have_one() -> None:
    """The intersection: what one of them allows and the other does not is outside."""
    fleet = Changing(CONFIGURED)
    fleet.rule(may_change={"files": ["/etc/app", "/opt/**"], "users": "any"}, approvals={"before": []})
    fleet.authority.model = _model({"files": ["/opt/**"], "users": "none"})
    d = fleet.deploy()
    assert d.state is State.BACKED_OUT
    assert fleet.events(d, e.WaveRejected)[0].reasons[0].values["rules"] == "model narrow and policy house"


@pytest.mark.parametrize(
    ("rule", "baseline", "path"),
    [
        ({"packages": "none"}, {"packages": "none"}, "backout.baseline.packages"),
        ({"users": ["shop"]}, {"users": False}, "backout.baseline.users"),
        ({"units": ["app.service"]}, {}, "backout.baseline.units"),
        ({"ports": "none"}, {"ports": False}, "backout.baseline.ports"),
        ({"commands": "none"}, {}, "backout.baseline.commands"),
        # What a rule leaves out may not change either.
        ({"files": ["/etc/**"]}, {"packages": "none"}, "backout.baseline.packages"),
        ({"files": ["/etc/**"]}, {"users": False}, "backout.baseline.users"),
    ],
)
def test_a_rule_over_what_the_baseline_does_not_see_is_a_fault_of_the_plan(
    rule: Any, baseline: dict[str, Any], path: str
) -> None:
    fleet = Changing(CONFIGURED, backout={"baseline": {"files": ["/etc/app"], **baseline}})
    with pytest.raises(PlanFault) as refused:
        fleet.hold_to(rule)
    (fault,) = refused.value.faults
    assert fault.path == path
    assert "policy house" in fault.expected


def test_what_may_be_anything_need_not_be_seen() -> None:
    baseline = {"files": ["/etc/app"], "packages": "none"}
    d = Changing(CONFIGURED, backout={"baseline": baseline}).hold_to({**ETC, "packages": "any"})
    assert d.state is State.COMPLETED
