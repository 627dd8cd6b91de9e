"""One question, one answer: each command shows the same reasons against a start, in every situation."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from orchestrator.domain.rules.deployment_model import DeploymentModel
from tests.fakes.clock import START
from tests.worlds.doors import DOORS, certify, trust
from tests.worlds.fleet import Fleet
from tests.worlds.people import key_in

FREEZE = {
    "name": "year-end",
    "zone": "UTC",
    "starts": "2026-03-02T00:00",
    "lasts": "1d",
    "reason": "books are closed",
}
NIGHT = {"name": "night", "zone": "UTC", "starts": "2026-03-02T23:00", "lasts": "4h", "repeats": "FREQ=DAILY"}
REHEARSED = {"approvals": {"before": []}, "rehearsal": {"environments": ["staging"], "max_age": "30d"}}
MODEL = {
    "orch": 1,
    "model": "web",
    "version": 1,
    "title": "Web",
    "purpose": "Web hosts.",
    "flow": ["staging", "test"],
    "requires": {"rfcs": True},
    "steps": [{"step": "deploy", "role": "deployment practitioner", "seen_by": "record"}],
}
DAY = timedelta(days=1)
BEFORE = START - DAY
Given = Callable[[Fleet], None]


def rules(**policy: Any) -> Given:
    def given(fleet: Fleet) -> None:
        fleet.rule(**policy)
        trust(fleet)

    return given


def rehearsed(*certificates: dict[str, Any], rehearsal: dict[str, Any] | None = None, **key: Any) -> Given:
    """A policy that asks for a rehearsal, and these certificates; `key`: what is special about the issuer's key."""

    def given(fleet: Fleet) -> None:
        fleet.rule(**{**REHEARSED, **({"rehearsal": rehearsal} if rehearsal else {})})
        trust(fleet, **key)
        for words in certificates:
            certify(fleet, **words)

    return given


def keys_alone(fleet: Fleet) -> None:
    """Keys are trusted, no policy binds, and the plan asks for an approval."""
    trust(fleet)
    fleet.tree["approval"] = {"required": ["change manager"]}


def freeze_after_the_rehearsal(fleet: Fleet) -> None:
    rehearsed({})(fleet)
    fleet.rule(**REHEARSED, freezes=[{**FREEZE, "starts": "2026-12-24T00:00"}])
    trust(fleet)


def by_model(fleet: Fleet) -> None:
    rules(approvals={"before": []})(fleet)
    fleet.authority.model = DeploymentModel.model_validate(MODEL)


def used_up(fleet: Fleet) -> None:
    rules(approvals={"before": []}, frequency={"at_most": 1, "per": "1d"})(fleet)
    fleet.deploy()
    fleet.clock.sleep(60)


OTHER = {"environment": "lab"}
MISSING = "app 2.0: no rehearsal certificate counts for"
MANAGER, OWNER = "change manager: 1 of 1 approvals missing", "service owner: 1 of 1 approvals missing"
SITUATIONS: dict[str, tuple[Given, tuple[str, ...]]] = {
    "no rules": (lambda fleet: None, ()),
    "nothing asked": (rules(approvals={"before": []}), ()),
    "two approvals missing": (rules(), (MANAGER, OWNER)),
    "keys and no policy": (keys_alone, (MANAGER,)),
    "no certificate": (rehearsed(), (MISSING,)),
    "a certificate that counts": (rehearsed({}), ()),
    "a certificate from before a freeze": (freeze_after_the_rehearsal, ()),
    "a certificate by a revoked key": (
        rehearsed({}, revoked_at=BEFORE),
        ("certificate of rehearsal-1: signed with key", MISSING),
    ),
    "a certificate by an expired key": (
        rehearsed({}, expires=BEFORE),
        ("certificate of rehearsal-1: signed with key", MISSING),
    ),
    "a certificate by a key of another role": (
        rehearsed({"key": key_in("change manager")}),
        ("certificate of rehearsal-1: signed with key", MISSING),
    ),
    "a certificate that was changed": (
        rehearsed({"answer": "bad"}),
        ("certificate of rehearsal-1: the signature does not fit what it says", MISSING),
    ),
    "a forged certificate beside a good one": (
        rehearsed({}, {"answer": "bad"}),
        ("certificate of rehearsal-2: the signature does not fit what it says",),
    ),
    "an old certificate beside a good one": (rehearsed({"age": 90 * DAY}, {}), ()),
    "two certificates, and none counts": (
        rehearsed({"age": 90 * DAY}, OTHER),
        ("certificate of rehearsal-1: made at", "certificate of rehearsal-2: rehearsed in lab", MISSING),
    ),
    "a certificate of another environment": (
        rehearsed(OTHER),
        ("certificate of rehearsal-1: rehearsed in lab", MISSING),
    ),
    "a certificate of any environment": (rehearsed(OTHER, rehearsal={"max_age": "30d"}), ()),
    "a certificate of another version": (
        rehearsed({"version": "1.9"}),
        ("certificate of rehearsal-1: of app 1.9, not of app 2.0", MISSING),
    ),
    "a certificate without a failure": (
        rehearsed({}, rehearsal={"max_age": "30d", "failure_path": True}),
        ("certificate of rehearsal-1: no failure was injected", MISSING),
    ),
    "a freeze that nobody lifts": (
        rules(approvals={"before": []}, freezes=[FREEZE]),
        ("year-end: frozen until 2026-03-03T00:00+00:00, because books are closed",),
    ),
    "a freeze that a role may lift": (
        rules(approvals={"before": []}, freezes=[{**FREEZE, "override": ["service owner"]}]),
        ("year-end: frozen until",),
    ),
    "a closed window": (
        rules(approvals={"before": []}, windows=[NIGHT]),
        ("night: no window is open",),
    ),
    "a window that never opens": (
        rules(approvals={"before": []}, windows=[{**NIGHT, "starts": "2020-01-01T00:00", "repeats": None}]),
        ("night: no window is open, and none opens in ten years",),
    ),
    "a strategy that the policy does not allow": (
        rules(approvals={"before": []}, strategies=["pilot"]),
        ("phased: the policy allows pilot",),
    ),
    "a plan without what the policy verifies": (
        rules(approvals={"before": []}, verification={"rfcs": True}),
        ("release.rfcs: the policy asks for at least one request for change, found none",),
    ),
    "no model where the policy wants one": (
        rules(approvals={"before": []}, models=["web"]),
        ("no model: the policy asks for one of web",),
    ),
    "a model that asks for more": (
        by_model,
        (
            "release.rfcs: model web asks for at least one request for change, found none",
            "app 2.0 in test: it has not succeeded in staging",
        ),
    ),
    "no start more this day": (used_up, ("1 in 24 h: 1 started in that time",)),
}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("situation", SITUATIONS)
def test_the_answer_is_the_same(situation: str, door: str, capsys: pytest.CaptureFixture[str]) -> None:
    given, expected = SITUATIONS[situation]
    if (situation, door) == ("a closed window", "status"):
        expected = ()  # the driver has waited for it to open
    fleet = Fleet()
    given(fleet)
    seen = DOORS[door](fleet, capsys)
    assert len(seen) == len(expected), seen
    for beginning in expected:
        assert any(line.startswith(beginning) for line in seen), (beginning, seen)
