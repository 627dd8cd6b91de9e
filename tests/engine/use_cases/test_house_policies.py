"""What is in force in a store stays so, whatever happens to files; a person's word changes or ends it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from orchestrator.domain.authority.approval import ApprovalStatement, Decision, SignedApproval
from orchestrator.domain.authority.signing import Keyring, Signature
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.events import HOUSE
from orchestrator.domain.journal.lifecycle import State
from orchestrator.domain.rules.release_policy import ReleasePolicy
from orchestrator.engine.stop_in_force import standing_stop
from orchestrator.engine.use_cases import emergency_stop, house_policies
from orchestrator.errors import NotFound, Refused
from orchestrator.policy.authority.policy_memory import policy_digest
from tests.fakes.authority import FakeKeys
from tests.worlds.fleet import Fleet
from tests.worlds.people import keyring_of

PROJECT = Path("/project")
PEOPLE = {"change manager": "Bo Lind", "service owner": "Cy Ray", "customer": "Di Fox"}


def policy(name: str = "house", version: int = 1, **words: Any) -> ReleasePolicy:
    usual = {"orch": 1, "policy": name, "version": version, "title": "Rules", "undo_before_close": False}
    return ReleasePolicy.model_validate({**usual, **words})


@pytest.fixture
def fleet() -> Fleet:
    fleet = Fleet()
    fleet.authority.policy = policy()
    return fleet


def house(fleet: Fleet) -> list[e.Event]:
    return [record.event for record in fleet.ports.journal.read(HOUSE)]


def refusals(fleet: Fleet, d: Deployment) -> str:
    assert d.state is State.REFUSED
    assert fleet.events(d, e.AttemptIntended) == []
    return "; ".join(reason for event in fleet.events(d, e.DeploymentRefused) for reason in event.reasons)


def nobody_signs(
    decision: Decision, policy: ReleasePolicy, rules: Sequence[ReleasePolicy], ring: Keyring
) -> SignedApproval:
    raise AssertionError("without trusted keys nobody is asked to sign")


def adopt(fleet: Fleet, policy: ReleasePolicy, sign: house_policies.Sign = nobody_signs) -> e.PolicyAdopted:
    return house_policies.adopt(fleet.ports, policy, PROJECT, by="ann", reason="agreed", sign=sign)


def withdraw(fleet: Fleet, name: str, sign: house_policies.Sign = nobody_signs) -> e.PolicyWithdrawn:
    return house_policies.withdraw(fleet.ports, name, by="ann", reason="agreed", sign=sign)


def signing(fleet: Fleet, signer: str, **changes: Any) -> house_policies.Sign:
    """Signs with the key of whoever has this role; `changes` to what is signed."""

    def sign(
        decision: Decision, policy: ReleasePolicy, rules: Sequence[ReleasePolicy], ring: Keyring
    ) -> SignedApproval:
        now, key = fleet.clock.now(), signer.encode().hex()[:64].ljust(64, "0")
        usual = {
            "decision": decision, "role": signer, "person": PEOPLE[signer], "key": key, "subject": policy.policy,
            "plan_digest": policy_digest(policy), "reason": "agreed", "made_at": now,
            "expires": now + house_policies.COUNTS_FOR, "nonce": "0" * 32,
        }  # fmt: skip
        statement = ApprovalStatement.model_validate({**usual, **changes})
        return SignedApproval(approval=statement, signature=Signature(key=key, signature="0" * 128))

    return sign


def test_the_first_deployment_under_a_policy_brings_it_into_force_and_says_so(fleet: Fleet) -> None:
    d = fleet.deploy()
    assert d.state is State.COMPLETED
    assert any(
        "is in force from this first deployment under it on" in ground for ground in d.authority.grounds
    )
    assert house(fleet) == [
        e.PolicyAdopted(
            policy=policy(),
            by="ann",
            reason="the first deployment under it",
            deployment=d.id,
            project="/project",
            keyed=False,
        )
    ]
    fleet.deploy()
    assert len(house(fleet)) == 1


def test_where_none_binds_and_none_did_a_deployment_goes_on(fleet: Fleet) -> None:
    fleet.authority.policy = None
    assert fleet.deploy().state is State.COMPLETED
    assert house(fleet) == []


def test_a_policy_moved_away_binds_until_somebody_ends_it(fleet: Fleet) -> None:
    first = fleet.deploy()
    fleet.authority.policy = None
    words = refusals(fleet, fleet.deploy())
    assert f"deployment {first.id}" in words
    withdraw(fleet, "house")
    assert fleet.deploy().state is State.COMPLETED


def test_a_home_of_an_earlier_version_remembers_by_its_deployments(fleet: Fleet) -> None:
    first = fleet.deploy()
    fleet.ports.journal._records.pop(HOUSE)  # type: ignore[attr-defined]
    fleet.authority.policy = None
    assert f"deployment {first.id}" in refusals(fleet, fleet.deploy())
    fleet.authority.policy = policy(version=2)
    assert "version 1 is in force" in refusals(fleet, fleet.deploy())
    fleet.authority.policy = policy()
    assert fleet.deploy().state is State.COMPLETED
    assert len(house(fleet)) == 1
    withdraw(fleet, "House")
    fleet.authority.policy = None
    assert fleet.deploy().state is State.COMPLETED


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        (policy(version=2), "version 1 is in force"),
        (policy(title="Others"), "it is not what is in force under this version"),
        (policy("other"), "for some of the same deployments house version 1 is"),
        (policy("HOUSE", title="Others"), "it is not what is in force under this version"),
    ],
)
def test_a_changed_policy_is_refused_until_it_is_adopted(
    fleet: Fleet, changed: ReleasePolicy, says: str
) -> None:
    fleet.deploy()
    fleet.authority.policy = changed
    assert says in refusals(fleet, fleet.deploy())


@pytest.mark.parametrize("changed", [policy(version=2), policy("other"), policy(version=7, title="Others")])
def test_what_was_adopted_binds(fleet: Fleet, changed: ReleasePolicy) -> None:
    fleet.deploy()
    adopt(fleet, changed)
    fleet.authority.policy = changed
    assert fleet.deploy().state is State.COMPLETED


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        (policy(version=3), "is in force already"),
        (policy(version=2), "give it a higher version"),
        (policy(version=3, title="Others"), "raise the version of what changed"),
        (policy("HOUSE", version=1), "give it a higher version"),
    ],
)
def test_only_a_higher_version_is_adopted(fleet: Fleet, changed: ReleasePolicy, says: str) -> None:
    adopt(fleet, policy(version=3))
    with pytest.raises(Refused, match=says):
        adopt(fleet, changed)
    assert len(house(fleet)) == 1


def test_nothing_is_withdrawn_that_is_not_in_force(fleet: Fleet) -> None:
    with pytest.raises(NotFound, match="No policy house is in force"):
        withdraw(fleet, "house")


def test_a_policy_that_was_withdrawn_and_is_used_again_is_in_force_again(fleet: Fleet) -> None:
    fleet.deploy()
    withdraw(fleet, "house")
    assert fleet.deploy().state is State.COMPLETED
    assert [event.kind for event in house(fleet)] == ["policy_adopted", "policy_withdrawn", "policy_adopted"]


def test_a_word_on_a_policy_neither_lifts_nor_is_an_emergency_stop(fleet: Fleet) -> None:
    adopt(fleet, policy())
    assert standing_stop(fleet.ports.journal) is None
    emergency_stop.stop_all(fleet.ports, by="ann", reason="smoke")
    withdraw(fleet, "house")
    assert standing_stop(fleet.ports.journal) is not None
    emergency_stop.lift(fleet.ports, by="ann", reason="no fire")
    adopt(fleet, policy())
    assert standing_stop(fleet.ports.journal) is None


WHO: list[tuple[dict[str, Any], str, str]] = [
    # what the policy in force says, in which role somebody signs, and why that does not count, if it does not
    ({"changed_by": ["change manager"]}, "change manager", ""),
    ({"changed_by": ["Change  Manager"]}, "change manager", ""),
    ({"changed_by": ["change manager", "service owner"]}, "service owner", ""),
    ({"changed_by": ["service owner"]}, "change manager", "is changed by service owner only"),
    (
        {"changed_by": ["service owner"], "approvals": {"before": ["change manager"]}},
        "change manager",
        "only",
    ),
    ({"approvals": {"before": ["change manager"]}}, "change manager", ""),
    ({"approvals": {"before": ["change manager"]}}, "service owner", "is changed by change manager only"),
    ({}, "customer", ""),
]


@pytest.mark.parametrize(("words", "role", "says"), WHO)
@pytest.mark.parametrize("verb", ["raise", "end", "replace"])
def test_where_keys_are_trusted_the_roles_of_the_policy_in_force_change_it(
    fleet: Fleet, words: dict[str, Any], role: str, says: str, verb: str
) -> None:
    adopt(fleet, policy(**words))
    fleet.keys.ring = keyring_of(PEOPLE)
    sign = signing(fleet, role)

    def speak() -> e.PolicyAdopted | e.PolicyWithdrawn:
        if verb == "end":
            return withdraw(fleet, "house", sign)
        mine = policy(version=2) if verb == "raise" else policy("mine", changed_by=[role])
        return adopt(fleet, mine, sign)

    if says:
        with pytest.raises(Refused, match=says):
            speak()
        assert len(house(fleet)) == 1
    else:
        event = speak()
        assert event.signed is not None
        assert event.signed.approval.role == role


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"decision": "approve"}, "something else"),
        ({"decision": "withdraw_policy"}, "something else"),
        ({"subject": "other"}, "something else"),
        ({"plan_digest": "1" * 64}, "something else"),
        ({"person": "Cy Ray"}, "the key is Bo Lind's"),
        ({"role": "service owner"}, "may sign as change manager"),
    ],
)
def test_a_word_that_is_about_something_else_or_of_somebody_else_does_not_count(
    fleet: Fleet, changes: dict[str, Any], says: str
) -> None:
    fleet.keys.ring = keyring_of(PEOPLE)
    with pytest.raises(Refused, match=says):
        adopt(fleet, policy(), signing(fleet, "change manager", **changes))
    assert house(fleet) == []


def test_a_bad_signature_or_an_unknown_key_does_not_count(fleet: Fleet) -> None:
    fleet.keys.ring = keyring_of({"change manager": "Bo Lind"})
    with pytest.raises(Refused, match="is not trusted here"):
        adopt(fleet, policy(), signing(fleet, "customer"))
    fleet.keys.answers["0" * 32] = "bad"
    with pytest.raises(Refused, match="the signature does not fit"):
        adopt(fleet, policy(), signing(fleet, "change manager"))
    assert house(fleet) == []


class KeysByProject(FakeKeys):
    """Each project has keys of its own."""

    def __init__(self, rings: dict[str, Keyring]) -> None:
        super().__init__()
        self.rings = rings

    def keyring(self, project: Path | None) -> Keyring:
        return self.rings.get(str(project), Keyring())


@pytest.mark.parametrize("elsewhere", [{}, {"service owner": "Eve"}])
def test_a_policy_is_not_changed_from_a_project_where_others_or_none_are_trusted(
    fleet: Fleet, elsewhere: dict[str, str]
) -> None:
    keys = KeysByProject(
        {"/project": keyring_of({"change manager": "Bo Lind"}), "/other": keyring_of(elsewhere)}
    )
    ports = replace(fleet.ports, keys=keys)
    house_policies.adopt(
        ports, policy(), PROJECT, by="ann", reason="x", sign=signing(fleet, "change manager")
    )
    with pytest.raises(Refused, match="is not trusted here"):
        house_policies.withdraw(ports, "house", by="eve", reason="x", sign=signing(fleet, "service owner"))
    mine = policy("mine", changed_by=["service owner"])
    with pytest.raises(Refused, match="is not trusted here"):
        house_policies.adopt(
            ports, mine, Path("/other"), by="eve", reason="x", sign=signing(fleet, "service owner")
        )
    keys.rings["/project"] = Keyring()
    with pytest.raises(Refused, match="Put the keys back there"):
        house_policies.withdraw(ports, "house", by="eve", reason="x", sign=nobody_signs)
    assert len(house(fleet)) == 1
