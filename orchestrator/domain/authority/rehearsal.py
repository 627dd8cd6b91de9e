"""The rehearsal certificate: signed evidence that exactly these ingredients were deployed, verified and backed out."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from orchestrator.domain.authority.signing import KeyId, Nonce, ShownText, Signature, SignatureAnswer
from orchestrator.domain.plan.effective_plan import EffectivePlan, IngredientName
from orchestrator.domain.text.canonical import Since, canonical
from orchestrator.domain.text.model_base import Many, Moment, Name, Noun, Seconds, Sha256
from orchestrator.domain.text.validation_error import wrong

PREFIX = b"orch rehearsal certificate 1\n"
INJECTED = "injected failure"
"""The kind of the check result by which orch declares a wave failed; no check in a plan has this kind."""

Part = Literal["backout", "failure path"]
"""The two parts of a rehearsal, each a deployment: one is backed out after success, the other after a failure."""
AsRehearsed = Literal["end", "injected failure"]
"""Why a rehearsal's backout began: every wave was good, or the injected failure stopped it."""


class Rehearsal(Noun):
    """What a deployment rehearses. `of` is the effective plan as written, which the certificate will cover.

    `environment`: the target environment of that plan. `failure_in`: the wave that is declared failed, in the part `failure
    path`. `twice`: each playbook runs a second time, and must change nothing then.
    """

    of: EffectivePlan
    environment: Name
    part: Part
    failure_in: Annotated[int, Field(ge=0)] | None = None
    twice: bool = False

    @model_validator(mode="after")
    def _failures_are_of_the_failure_path(self) -> "Rehearsal":
        if (self.part == "failure path") != (self.failure_in is not None):
            raise wrong(
                "a wave in which a failure is injected, for the failure path", "say which", at="failure_in"
            )
        return self


class MeasuredWave(Noun):
    """The times of one wave, in seconds: to deploy, to verify, and to back out with its proof."""

    wave: Annotated[int, Field(ge=0)]
    hosts: Annotated[int, Field(ge=1)]
    deploy: Seconds
    verify: Seconds
    back_out: Seconds
    stage: Annotated[Name | None, Since("0.2")] = None


class RehearsedSoftware(Noun):
    """The versions that a rehearsal ran with. `collections`: by name; empty where a collection says no version."""

    core: ShownText
    python: ShownText
    collections: dict[ShownText, str] = {}


class Certificate(Noun):
    """What was rehearsed, where, and with what result. `covers` are the digests of all ingredients but the hosts.

    `restored`: the backout was proved against the baseline on every host. `failure_in`: waves in which a failure was
    injected, so that the real failure path ran. `idempotent`: playbooks that changed nothing in their second run.
    `uncovered`: what was changed and no item of the baseline covers, in words; of that nothing is proved. `home`: the id of
    the home whose journal has the deployments; None: an earlier version issued it. `software`: what ran the playbooks; None:
    an earlier version issued it, which ran ansible-core 2.19 only.
    """

    release: Name
    version: ShownText
    environment: Name
    deployments: Annotated[tuple[Name, ...], Field(strict=False, min_length=1)]
    covers: dict[IngredientName, Sha256]
    rehearsed_at: Moment
    restored: bool
    failure_in: Many[Annotated[int, Field(ge=0)]] = ()
    idempotent: Many[ShownText] = ()
    uncovered: Annotated[Many[ShownText], Since("0.2")] = ()
    waves: Annotated[tuple[MeasuredWave, ...], Field(strict=False, min_length=1)]
    key: KeyId
    nonce: Nonce
    home: Annotated[Nonce | None, Since("0.2")] = None
    software: Annotated[RehearsedSoftware | None, Since("0.2")] = None


class SignedCertificate(Noun):
    """A certificate with its signature."""

    certificate: Certificate
    signature: Signature


class PresentedCertificate(Noun):
    """A certificate and whether its signature is good."""

    signed: SignedCertificate
    answer: SignatureAnswer


def payload(certificate: Certificate) -> bytes:
    """The bytes that are signed."""
    return PREFIX + canonical(certificate)
