"""What was seen of a release unit before anything was touched: where its bytes came from, and who vouched for them."""

from typing import Literal

from orchestrator.domain.text.model_base import Many, Noun, Sha256, Text

RecordForm = Literal["in-toto", "file"]
Unseen = Literal[
    "record.not_a_statement",
    "record.not_signed",
    "record.envelope_not_verified",
    "record.keyless_not_verified",
    "record.builder_by_plan_alone",
    "signature.expiry_not_asked",
    "signature.log_not_asked",
]
"""What the evidence does not show: the record's own words on the unit, its signature, its builder; the end of a key."""


class SignerSeen(Noun):
    """Who made a good signature: the key's fingerprint, and the person or machine whom the keyring has it for."""

    kind: Literal["ed25519", "gpg", "sigstore"]
    key: Text
    person: Text | None = None


class RecordSeen(Noun):
    """A build record or test report that has the digest of the plan; `builder` as an in-toto statement names it.

    `signer`: the trusted key that signed its envelope.
    """

    source: Text
    sha256: Sha256
    form: RecordForm = "file"
    builder: Text | None = None
    signer: SignerSeen | None = None


class UnitEvidence(Noun):
    """One release unit as it was verified. `source` is the path or URL of its bytes; `library` None: the project."""

    name: Text
    version: Text
    sha256: Sha256
    source: Text
    library: Text | None = None
    builder: Text | None = None
    built_at: Text | None = None
    revision: Text | None = None
    build_record: RecordSeen | None = None
    test_report: RecordSeen | None = None
    signer: SignerSeen | None = None
    unseen: Many[Unseen] = ()
