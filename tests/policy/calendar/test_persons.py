"""People as a resource: whom a deployment keeps busy, and what a policy makes of a person in two of them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from orchestrator.domain.deployment.authorisation import Authorisation
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.fold.fold import fold
from orchestrator.domain.journal.events import Recorded
from orchestrator.domain.rules.release_policy import ReleasePolicy
from orchestrator.engine.lookup.shared_resources import shared_from_now
from orchestrator.policy.calendar.bookings import busy_persons
from tests.histories import planned
from tests.worlds.plans import plan_tree

NOON = datetime(2026, 6, 6, 12, 0, tzinfo=UTC)
ROLES = {"deployment manager": "Ann", "change manager": "Li", "customer": "Li"}


def deployment(name: str, host: str, people: dict[str, object] | None = None) -> Deployment:
    tree = {**plan_tree(), "roles": ROLES}
    tree["resources"] = {**tree["resources"], "persons": ["Eve"]}
    event = planned((host,), tree).model_copy(update={"mode": "scheduled", "starts": NOON})
    d = fold([Recorded(deployment=name, seq=1, at=NOON, event=event)])
    rules = {"orch": 1, "policy": "p", "version": 1, "title": "t", "people": people or {}}
    policy = ReleasePolicy.model_validate(rules)
    return d.with_(authority=Authorisation.updated(d.authority, policy=policy))


@pytest.mark.parametrize(
    ("not_busy", "busy"),
    [
        ([], ("Ann", "Li", "Eve")),
        (["change manager"], ("Ann", "Li", "Eve")),
        (["change manager", "Customer"], ("Ann", "Eve")),
        (["deployment manager", "change manager", "customer"], ("Eve",)),
    ],
)
def test_roles_that_keep_nobody_busy_are_the_policys(not_busy: list[str], busy: tuple[str, ...]) -> None:
    assert busy_persons(deployment("a", "web1", {"not_busy": not_busy})) == busy


@pytest.mark.parametrize(
    ("mine", "theirs", "kinds"),
    [("warn", "warn", []), ("refuse", "warn", ["person"]), ("warn", "refuse", ["person"])],
)
def test_only_a_policy_that_refuses_keeps_a_person_from_two_running_ones(
    mine: str, theirs: str, kinds: list[str]
) -> None:
    first, second = (
        deployment("a", "web1", {"overlap": mine}),
        deployment("b", "web2", {"overlap": theirs}),
    )
    shared = shared_from_now(first, [second], {}, NOON)
    assert [conflict.kind for conflict in shared if conflict.kind != "machine"] == kinds
