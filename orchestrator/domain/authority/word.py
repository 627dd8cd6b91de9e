"""A word: what a person says that moves a deployment, with who spoke, and signed wherever keys are trusted."""

from typing import Literal

from pydantic import BaseModel

from orchestrator.domain.authority.signing import KeyId, Nonce, ShownText, Signature, SignatureAnswer
from orchestrator.domain.authority.speaker import Speaker
from orchestrator.domain.text.canonical import canonical, digest_of, fields_of
from orchestrator.domain.text.model_base import Moment, Name, Noun, Sha256

PREFIX = b"orch word 1\n"

Verb = Literal[
    "deploy",
    "rehearse",
    "schedule",
    "withdraw",
    "resume",
    "start",
    "pause",
    "hold",
    "retry",
    "exclude",
    "confirm",
    "step",
    "abort",
    "rollback",
    "stop_all",
    "lift",
    "release",
    "baseline",
    "done",
    "objective",
    "pir",
    "action",
    "incident",
    "record",
    "seal",
    "assess",
    "drift",
    "cmdb",
]
"""What is said. `start` is of run-due, for a deployment that a person scheduled; `release`: a machine leaves its environments;
`baseline`: a captured baseline is kept as evidence; `done`: work that hangs on a removal or transfer; `pir`: a review after the
end, `action`: one of its actions is done; `record`: a record is archived, or held; `seal`: a record that is not what was sealed
is accepted as it is; `assess`: a question on capability is answered, or an assessment kept;
`drift`: what an audit found otherwise than recorded is accepted; `cmdb`: what is said of configuration items."""


class WordStatement(Noun):
    """The statement that is signed: this verb, about this deployment, with exactly this content.

    `content` is the digest of the event without who spoke. `nonce` makes each word another.
    """

    verb: Verb
    subject: Name
    content: Sha256
    person: ShownText
    key: KeyId
    made_at: Moment
    nonce: Nonce


class SignedWord(Noun):
    """A word with its signature."""

    word: WordStatement
    signature: Signature


class Spoken(Noun):
    """Who spoke: what the operating system knows, and the signed word. Unsigned is what nobody had to sign, or need not."""

    speaker: Speaker
    signed: SignedWord | None = None


class PresentedWord(Noun):
    """A word, and whether a verifier found its signature good."""

    signed: SignedWord
    answer: SignatureAnswer


def payload(word: WordStatement) -> bytes:
    """The bytes that are signed."""
    return PREFIX + canonical(word)


def content_of(event: BaseModel) -> str:
    """The digest of what is said: the event without who spoke."""
    fields = {name: value for name, value in fields_of(event).items() if name != "spoken"}
    return digest_of(fields, "said event 1")
