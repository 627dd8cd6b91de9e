"""Words over the API: what a person says of a deployment, as it was signed elsewhere; and approvals, as files have them."""

from __future__ import annotations

from functools import reduce
from operator import or_
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from orchestrator.adapters.speaker import this_speaker
from orchestrator.bootstrap.handed_in_voice import HandedInVoice
from orchestrator.domain.authority.approval import SignedApproval
from orchestrator.domain.authority.word import Verb
from orchestrator.domain.journal.events import BackoutBegan, SealAccepted
from orchestrator.engine.lookup.snapshots import folded
from orchestrator.engine.speaking import VERBS
from orchestrator.engine.use_cases.deployment_commands import signal
from orchestrator.engine.use_cases.seal_words import refuse_other_damage
from orchestrator.engine.use_cases.signed_words import give, open_session, take_in
from orchestrator.web.api.answering import answered, refuse_changed
from orchestrator.web.api.deployments import BASE, name_of
from orchestrator.web.api.described import Described
from orchestrator.web.api.models import Said
from orchestrator.web.api.once import once
from orchestrator.web.api.reading import Given, body_of
from orchestrator.web.api.who_says import refuse_name, refuse_right, refuse_without
from orchestrator.web.onward import Onward, go_on
from orchestrator.web.problems import Problem
from orchestrator.web.routes import Route
from orchestrator.web.voices import speaker_of

if TYPE_CHECKING:
    from starlette.responses import Response

    from orchestrator.domain.authority.access import Right
    from orchestrator.domain.deployment.deployment import Deployment
    from orchestrator.web.request_context import Asked

SaidEvent: Any = Annotated[reduce(or_, VERBS), Field(discriminator="kind")]
"""Every event that a person appends to a deployment."""
OF_REVIEWS: frozenset[Verb] = frozenset(
    {"pir", "action", "objective", "done", "incident", "record", "seal", "assess"}
)


class WordGiven(Given):
    """An event as the journal has it, with `spoken.signed` where keys are trusted. Who spoke is said by the service."""

    event: SaidEvent


class ApprovalGiven(Given):
    """A signed decision, as `orch approve --out FILE` writes it."""

    signed: SignedApproval


def rights_of(verb: Verb) -> tuple[Right, ...]:
    """The rights of which this word asks for one."""
    if verb in {"pause", "hold"}:
        return ("pause",)
    if verb == "withdraw":
        return ("schedule", "steer")
    return ("review",) if verb in OF_REVIEWS else ("steer",)


@once
def _word(asked: Asked) -> Response:
    event = body_of(asked, WordGiven).event
    name = name_of(asked)
    refuse_changed(asked, str(folded(asked.ports.journal, name).seq))
    spoken = event.spoken
    signed = spoken.signed if spoken is not None else None
    if isinstance(event, BackoutBegan):
        words = f"What is to be backed out is found out by the service: POST {BASE}/{name}/backouts."
        raise Problem(409, "refused", words)
    rights = rights_of(VERBS[type(event)])
    keyring = asked.ports.keys.keyring(Path(folded(asked.ports.journal, name).project))
    refuse_without(asked, rights, signed.word.key if signed is not None else None, keyring)
    if signed is not None:
        refuse_name(asked, signed.word.person)
    if isinstance(event, SealAccepted):
        # After the rights: it reads the whole record, which is nothing for whoever may not say the word.
        refuse_other_damage(asked.ports, name, event)
    voice = HandedInVoice(speaker_of(asked), signed, asked.ports.clock.now)
    by = signed.word.person if signed is not None else asked.person
    word = event.model_copy(update={"spoken": None, "by": by})
    d = signal(asked.service.speaking(voice), name, word)
    # Where keys are trusted, what drives says by the service's own key that it took over, and by no person's.
    onward = (
        go_on(asked.service, d.id, by if signed is None else this_speaker().name)
        if "steer" in rights
        else None
    )
    return _said(asked, d, onward)


@once
def _approval(asked: Asked) -> Response:
    signed, name = body_of(asked, ApprovalGiven).signed, name_of(asked)
    if signed.approval.subject != name:
        raise Problem(409, "refused", "It was signed for another deployment. Nothing was recorded.")
    refuse_name(asked, signed.approval.person)
    refuse_right(asked, ("approve",))
    ports = asked.service.speaking(HandedInVoice(speaker_of(asked), None, asked.ports.clock.now))
    session = take_in(ports, open_session(ports, folded(ports.journal, name)), [signed])
    return _said(asked, give(ports, session, [signed], by=signed.approval.person).deployment)


def _said(asked: Asked, d: Deployment, onward: Onward | None = None) -> Response:
    went, words = onward or ("not needed", "")
    made = Said(deployment=d.id, seq=d.seq, state=d.state.value, over=d.over, driver=went, driver_words=words)
    return answered(asked, made, status=201, tag=str(d.seq))


ROUTES = (
    Route(
        "POST",
        f"{BASE}/{{deployment}}/words",
        "see",
        _word,
        about="deployment",
        described=Described(
            "Say a word on a deployment, signed where keys are trusted",
            Said,
            WordGiven,
            status=201,
            once=True,
        ),
    ),
    Route(
        "POST",
        f"{BASE}/{{deployment}}/approvals",
        "see",
        _approval,
        about="deployment",
        described=Described("Hand in a signed decision", Said, ApprovalGiven, status=201, once=True),
    ),
)
