"""The house of this home: which keyring its store has seen, and machines that it lets go."""

from collections.abc import Sequence

from orchestrator.domain.authority.keyring_document import TrustInForce, TrustPin
from orchestrator.domain.authority.machine_release import SignedRelease
from orchestrator.domain.authority.signing import STEWARD, Keyring, TrustedKey
from orchestrator.domain.journal.events import HOUSE, KeyringAdopted, MachineReleased, Recorded
from orchestrator.domain.plan.target import Identity, Target
from orchestrator.engine.lookup.snapshots import briefs, folded
from orchestrator.engine.ports import Journal, Ports
from orchestrator.engine.speaking import unsigned
from orchestrator.errors import Conflict, NotFound, Refused
from orchestrator.policy.authority.trust_chain import recorded_findings
from orchestrator.policy.authority.trust_words import finding_words


def adopt_keyring(ports: Ports, by: str) -> str:
    """The id of the house that governs this home, empty without a signed keyring; a newer version goes on record.

    Raises PlanFault where the keyring is not in force, and Refused where this store has seen a newer or another one.
    """
    trust, records = ports.keys.trust(), ports.journal.read(HOUSE)
    pin = _newest_of(records)
    if trust is None and pin is None:
        return ""
    if trust is None:
        raise Refused(
            f"This store is governed by house {_pinned(pin)}, and no keyring of it is there. {_RESTORE}"
        )
    findings = recorded_findings(trust, pin)
    if findings:
        words, move = finding_words(findings[0])
        raise Refused(f"The keyring of the house is refused: {words}; {move}. Nothing was opened.")
    if pin is None or pin.version < trust.document.version:
        event = KeyringAdopted(
            house=trust.document.house,
            version=trust.document.version,
            digest=trust.document.digest,
            signed_by=trust.signed_by,
            by=by,
        )
        try:
            ports.journal.append(HOUSE, len(records), [event])
        except Conflict:  # another process wrote meanwhile, perhaps the same
            return adopt_keyring(ports, by)
    return trust.document.house


def pin_of(journal: Journal) -> TrustPin | None:
    """The newest version of the keyring that this store has seen."""
    return _newest_of(journal.read(HOUSE))


def _newest_of(records: Sequence[Recorded]) -> TrustPin | None:
    adopted = [record.event for record in records if isinstance(record.event, KeyringAdopted)]
    newest = adopted[-1] if adopted else None
    if newest is None:
        return None
    return TrustPin.of_valid(house=newest.house, version=newest.version, digest=newest.digest)


def releasing_key(trust: TrustInForce, keyring: Keyring, key: str) -> TrustedKey:
    """The key of a steward, or of somebody whom the house trusts in that role. Raises Refused for any other."""
    trusted = trust.document.steward(key) or keyring.find(key)
    if trusted is None or trusted.revoked_at is not None or not trusted.serves(STEWARD):
        names = ", ".join(steward.person for steward in trust.document.stewards)
        raise Refused(
            f"Your key {key[:16]} is no steward's, and a steward lets a machine go: {names}. Nothing was changed."
        )
    return trusted


def target_named(ports: Ports, host: str) -> Target:
    """How the newest deployment reached a host of this name. Raises NotFound."""
    for brief in briefs(ports.journal):
        target = next((t for t in folded(ports.journal, brief.id).targets if t.host == host), None)
        if target is not None:
            return target
    raise NotFound(f"No deployment here had a host {host}; orch list names deployments.")


def governed_identity(ports: Ports, target: Target, house: str) -> Identity:
    """The machine behind a target, which this house governs. Raises Refused where it does not."""
    identity = ports.targets.identify([target])[target.host]
    if isinstance(identity, str):
        raise Refused(f"{target.host} cannot be asked: {identity}. Nothing was changed.")
    if identity.house != house:
        whose = f"house {identity.house[:16]}" if identity.house else "no house"
        raise Refused(f"{target.host} is governed by {whose}, not by this one; there is nothing to release.")
    return identity


def release(ports: Ports, target: Target, signed: SignedRelease, by: str) -> None:
    """Put the word on record, then let the machine go. Raises Refused where the machine does not say that it is free."""
    ports.journal.append(
        HOUSE, len(ports.journal.read(HOUSE)), [unsigned(ports, MachineReleased(signed=signed, by=by))]
    )
    identity = ports.targets.release([target], signed.release.house)[target.host]
    if isinstance(identity, str) or identity.house or identity.machine_id != signed.release.machine:
        finding = identity if isinstance(identity, str) else "it is governed as before"
        raise Refused(
            f"{target.host} was not released: {finding}. Run the command again when that is mended."
        )


_RESTORE = "Put back its trust.json from a copy, or begin with another home: ORCH_HOME=DIRECTORY."


def _pinned(pin: TrustPin | None) -> str:
    return "" if pin is None else f"{pin.house[:16]} (keyring version {pin.version})"
