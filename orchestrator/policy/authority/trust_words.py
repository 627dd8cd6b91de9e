"""The sentences of the house: why a keyring is not in force, and why a lower place's key does not count."""

from orchestrator.domain.authority.keyring_document import TrustCode, TrustFinding, TrustInForce
from orchestrator.domain.authority.signing import AsideCode, SetAsideKey
from orchestrator.domain.text.format import counted

_RESTORE = "put back the newest version, from a copy of the house"
FINDINGS: dict[TrustCode, tuple[str, str]] = {
    "trust.not_from_the_first": ("a chain that begins with version {version}", _RESTORE),
    "trust.gap": ("version {version} directly after version {after}", "put back the versions between"),
    "trust.broken_chain": ("version {version}, which was not made from this version {before}", _RESTORE),
    "trust.another_house": ("version {version} of house {house} after one of house {before}", _RESTORE),
    "trust.back_in_time": ("version {version}, made at {made_at}, before the one that it replaces", _RESTORE),
    "trust.unrevoked": (
        "version {version}, in which the revoked key {key} of {person} is not revoked any more",
        "a revoked key stays revoked: propose a version that keeps it so",
    ),
    "trust.too_few_new": ("version {version}, which {lacking} of its own stewards must sign still", _RESTORE),
    "trust.too_few_old": (
        "version {version}, which {lacking} of the stewards of version {before} must sign still",
        _RESTORE,
    ),
    "trust.foreign_house": (
        "the keyring of house {house}; this home is governed by house {seen}",
        "put back the house that was there, or begin with another home: ORCH_HOME=DIRECTORY",
    ),
    "trust.older": ("version {version}; this home has seen version {seen}", _RESTORE),
    "trust.fork": (
        "another version {seen} than the one that this home has seen ({digest})",
        "find out which stewards signed both; put back the one that was seen",
    ),
    "trust.expired": (
        "version {version}, which ended at {expires}",
        "make a new version: orch trust propose --expires 365d --reason WHY, then orch trust sign",
    ),
}
EXPECTED = "a keyring that its stewards put in force"
_ASIDE: dict[AsideCode, str] = {
    "role_of_the_house": "the house decides who is {roles}",
    "person_of_the_house": "the house has the keys of {person} itself",
    "key_of_the_house": "the house says whose this key is, and that it is not for {roles}",
}


def finding_words(finding: TrustFinding) -> tuple[str, str]:
    """What was found, and the next move."""
    words, move = FINDINGS[finding.code]
    return words.format(version=finding.version, **finding.values), move


def aside_words(aside: SetAsideKey) -> str:
    """Why what a project says of a key does not count."""
    return _ASIDE[aside.because].format(person=aside.person, roles=" or ".join(aside.roles))


def trust_words(trust: TrustInForce) -> str:
    """Such as `keyring version 3 of house 0a1b2c3d4e5f6071, signed by Ann and Bo (threshold 2 of 3 steward keys)`."""
    document = trust.document
    return (
        f"keyring version {document.version} of house {document.house[:16]}, signed by "
        f"{' and '.join(trust.signed_by)} (threshold {document.threshold} of "
        f"{counted(len(document.stewards), 'steward key')})"
    )
