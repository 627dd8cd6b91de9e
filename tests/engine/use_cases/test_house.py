"""A house and its machines: what is recorded of its keyring, and which machines refuse runs of another house."""

from datetime import timedelta

import pytest

from orchestrator.domain.authority.keyring_document import KeyringDocument, TrustInForce
from orchestrator.domain.authority.machine_release import MachineRelease, SignedRelease
from orchestrator.domain.authority.signing import Keyring, Signature
from orchestrator.domain.journal.events import HOUSE as JOURNAL
from orchestrator.domain.journal.events import DeploymentRefused, EmergencyStopped, KeyringAdopted
from orchestrator.domain.journal.lifecycle import State
from orchestrator.engine.practices.run_attempt import request_of
from orchestrator.engine.stop_in_force import standing_stop
from orchestrator.engine.use_cases import house as use_case
from orchestrator.engine.use_cases.emergency_stop import stop_all
from orchestrator.errors import Refused
from orchestrator.policy.authority.trust_of_keys import trust_lines
from tests.worlds.fleet import Fleet
from tests.worlds.trust import DAY_ONE, HOUSE, key_of, trusted

OTHER = "b2" * 16


def in_force(version: int = 1, *, house: str = HOUSE, because: str = "a test") -> TrustInForce:
    """A keyring of this version, as a verifier found it."""
    history: list[str] = []
    for number in range(1, version + 1):
        document = KeyringDocument(
            house=house,
            version=number,
            made_at=DAY_ONE,
            expires=DAY_ONE + timedelta(days=365),
            stewards=(trusted("Ann", ("steward",)),),
            threshold=1,
            previous=history[-1] if history else None,
            because=because,
        )
        history.append(document.digest)
    return TrustInForce(document=document, signed_by=("Ann",), history=tuple(history))


def adopted(fleet: Fleet) -> list[int]:
    events = [record.event for record in fleet.ports.journal.read(JOURNAL)]
    return [event.version for event in events if isinstance(event, KeyringAdopted)]


def test_a_newer_keyring_goes_on_record_once_and_an_older_one_is_refused() -> None:
    fleet = Fleet()
    assert use_case.adopt_keyring(fleet.ports, "ann") == ""
    fleet.keys.signed = in_force(2)
    assert use_case.adopt_keyring(fleet.ports, "ann") == HOUSE
    assert use_case.adopt_keyring(fleet.ports, "ann") == HOUSE
    fleet.keys.signed = in_force(4)
    use_case.adopt_keyring(fleet.ports, "ann")
    assert adopted(fleet) == [2, 4]


@pytest.mark.parametrize(
    ("then", "words"),
    [
        (in_force(1), "version 1; this home has seen version 2"),
        (in_force(2, because="another"), "another version 2 than"),
        (in_force(3, because="another"), "another version 2 than"),
        (in_force(2, house=OTHER), "the keyring of house b2b2"),
        (None, "no keyring of it is there"),
    ],
)
def test_a_store_refuses_what_does_not_go_on_from_the_newest_that_it_saw(
    then: TrustInForce | None, words: str
) -> None:
    fleet = Fleet()
    fleet.keys.signed = in_force(2)
    use_case.adopt_keyring(fleet.ports, "ann")
    fleet.keys.signed = then
    with pytest.raises(Refused, match=words):
        fleet.deploy()
    assert fleet.ports.journal.deployments() == []


def test_a_keyring_that_is_adopted_lifts_no_emergency_stop() -> None:
    fleet = Fleet()
    stop_all(fleet.ports, by="ann", reason="smoke")
    fleet.keys.signed = in_force()
    use_case.adopt_keyring(fleet.ports, "ann")
    assert isinstance(standing_stop(fleet.ports.journal), EmergencyStopped)


@pytest.mark.parametrize(("governed_by", "own"), [(OTHER, HOUSE), (OTHER, "")])
def test_a_machine_of_another_house_is_refused_before_anything_is_touched(governed_by: str, own: str) -> None:
    fleet = Fleet()
    fleet.keys.signed = in_force() if own else None
    fleet.targets.machine("h2").house = governed_by
    d = fleet.deploy()
    assert d.state is State.REFUSED
    assert fleet.playbooks.started == []
    (refusal,) = [r.event for r in fleet.ports.journal.read(d.id) if isinstance(r.event, DeploymentRefused)]
    assert refusal.codes == ("host.other_house",)
    (reason,) = refusal.reasons
    assert reason.startswith("h2: house b2b2b2b2b2b2b2b2 governs this machine, and the deployment is of ")
    assert "orch trust release h2 --reason WHY" in reason


@pytest.mark.parametrize(("governed_by", "own"), [("", HOUSE), (HOUSE, HOUSE), ("", "")])
def test_a_machine_of_the_own_house_or_of_none_is_deployed_to(governed_by: str, own: str) -> None:
    fleet = Fleet()
    fleet.keys.signed = in_force() if own else None
    for host in fleet.hosts:
        fleet.targets.machine(host.host).house = governed_by
    d = fleet.deploy()
    assert d.state is State.COMPLETED
    assert {request_of(d, attempt.attempt).house for attempt in d.attempts} == {own}
    which = f"house {own[:16]}" if own else "no signed keyring"
    assert trust_lines(fleet.ports.journal.read(d.id)) == (f"governed by {which}; the home is the house",)


def released(fleet: Fleet, host: str) -> None:
    target = use_case.target_named(fleet.ports, host)
    identity = use_case.governed_identity(fleet.ports, target, HOUSE)
    word = MachineRelease(
        house=HOUSE,
        host=host,
        machine=identity.machine_id,
        person="Ann",
        key=key_of("Ann").key,
        reason="sold",
        made_at=DAY_ONE,
        nonce="0d" * 16,
    )
    signed = SignedRelease(release=word, signature=Signature(key=word.key, signature="0" * 128))
    use_case.release(fleet.ports, target, signed, "ann")


def test_a_released_machine_is_of_no_house_and_the_word_is_on_record() -> None:
    fleet = Fleet()
    fleet.keys.signed = in_force()
    fleet.deploy()
    fleet.targets.machine("h1").house = HOUSE
    released(fleet, "h1")
    assert fleet.targets.machine("h1").house == ""
    assert fleet.ports.journal.read(JOURNAL)[-1].event.kind == "machine_released"
    with pytest.raises(Refused, match="governed by no house, not by this one"):
        released(fleet, "h1")


def test_a_machine_of_another_house_is_not_released_here() -> None:
    fleet = Fleet()
    fleet.keys.signed = in_force()
    fleet.deploy()
    fleet.targets.machine("h1").house = OTHER
    with pytest.raises(Refused, match="governed by house b2b2"):
        released(fleet, "h1")
    assert fleet.targets.machine("h1").house == OTHER


@pytest.mark.parametrize(
    ("ring", "key", "may"),
    [
        ([], "Ann", True),
        ([], "Mallory", False),
        ([trusted("Dan", ("steward",))], "Dan", True),
        ([trusted("Dan", ("change manager",))], "Dan", False),
        ([trusted("Dan", ("steward",), revoked_at=DAY_ONE)], "Dan", False),
    ],
)
def test_a_steward_or_whoever_has_the_role_lets_a_machine_go(
    ring: list[object], key: str, *, may: bool
) -> None:
    keyring = Keyring.model_validate({"keys": ring})
    if may:
        assert use_case.releasing_key(in_force(), keyring, key_of(key).key).person == key
    else:
        with pytest.raises(Refused, match="no steward's"):
            use_case.releasing_key(in_force(), keyring, key_of(key).key)
