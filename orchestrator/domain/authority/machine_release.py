"""A steward's signed word that a machine is no longer governed by the house."""

from orchestrator.domain.authority.keyring_document import HouseId
from orchestrator.domain.authority.signing import KeyId, Nonce, ShownText, Signature
from orchestrator.domain.text.canonical import canonical
from orchestrator.domain.text.model_base import HostName, Moment, Noun

PREFIX = b"orch machine release 1\n"
"""A prefix of the signed bytes, so that no signature passes for one of another kind."""


class MachineRelease(Noun):
    """What is signed: which machine, under which name, and why."""

    house: HouseId
    host: HostName
    machine: ShownText
    person: ShownText
    key: KeyId
    reason: ShownText
    made_at: Moment
    nonce: Nonce


class SignedRelease(Noun):
    """The word with its signature."""

    release: MachineRelease
    signature: Signature


def payload(release: MachineRelease) -> bytes:
    """The bytes that are signed."""
    return PREFIX + canonical(release)
