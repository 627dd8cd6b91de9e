"""Pages and routes for words on a deployment: a form with what will happen, then what is signed, then the word is given."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, RedirectResponse

from orchestrator.adapters.keys.passkeys import signature_of
from orchestrator.adapters.speaker import this_speaker
from orchestrator.bootstrap.browser_voice import SignatureWanted
from orchestrator.domain.authority.prepared_word import PATIENCE
from orchestrator.domain.authority.word import SignedWord, WordStatement, payload
from orchestrator.engine.lookup.snapshots import folded
from orchestrator.errors import OrchError, Refused
from orchestrator.policy.course.by_hand import due_of, manual_step_of
from orchestrator.policy.course.consequences import consequences
from orchestrator.policy.course.words_now import WordNow, hosts_to_leave_out, words_now
from orchestrator.web.onward import Onward, go_on
from orchestrator.web.problems import problem_of
from orchestrator.web.routes import Route
from orchestrator.web.signing import ToSign, ask_to_sign, taken
from orchestrator.web.templating import page
from orchestrator.web.voices import chosen_of, keyring_of, new_number, passkeys_of, speaking_as
from orchestrator.web.word_fields import Fields, fields_of, mark_of
from orchestrator.web.words.saying import RESULTS, say
from orchestrator.web.words.word_table import WORDS

if TYPE_CHECKING:
    from starlette.responses import Response

    from orchestrator.domain.deployment.deployment import Deployment
    from orchestrator.web.request_context import Asked


AGAIN = "again"
"""Said of a form that came before: what became of it then is on the page."""


def _form(asked: Asked, *, word: WordNow) -> Response:
    return _shown(asked, _deployment(asked), word, Fields(_proposed(_deployment(asked), word)))


async def _prepare(asked: Asked, *, word: WordNow) -> Response:
    fields, mark = await fields_of(asked), await mark_of(asked)
    return await run_in_threadpool(_said, asked, word, fields, mark)


async def _give(asked: Asked, *, word: WordNow) -> Response:
    fields = await fields_of(asked)
    return await run_in_threadpool(_given, asked, word, fields)


def _said(asked: Asked, word: WordNow, fields: Fields, mark: str) -> Response:
    d, now = _deployment(asked), asked.ports.clock.now()
    # What is to be signed is taken once by its number; only what is recorded at once needs the mark.
    at_once = _is_free(d, word) or not keyring_of(asked, d).keys
    if (
        at_once
        and mark
        and not asked.ports.prepared_words.first(f"{d.id} {word} {mark}", now + PATIENCE, now)
    ):
        return _to(asked, d, word, None)
    return _spoken(asked, d, word, fields, ())


def _given(asked: Asked, word: WordNow, fields: Fields) -> Response:
    prepared = taken(asked, fields.text("number"), f"word {word}")
    d = _deployment(asked)
    if prepared is None:
        return _to(asked, d, word, None)
    again = Fields(prepared.fields)
    statement = WordStatement.model_validate_json(prepared.statement)
    trusted = keyring_of(asked, d).find(statement.key)
    try:
        if trusted is None or not trusted.is_of(asked.person):
            raise Refused("The passkey is not trusted any more. Nothing was recorded.")
        signature = signature_of(fields.text("answer").encode(), trusted.public, payload(statement))
    except OrchError as fault:
        return _shown(asked, d, word, again, fault)
    return _spoken(asked, d, word, again, (SignedWord(word=statement, signature=signature),))


def _spoken(
    asked: Asked, d: Deployment, word: WordNow, fields: Fields, signed: Sequence[SignedWord]
) -> Response:
    """Say it: it is recorded, or shown to be signed, or refused with the page kept as it was filled in."""
    kind, keyring = WORDS[word], keyring_of(asked, d)
    keys = passkeys_of(keyring, asked.person, asked.ports.clock.now())
    key = chosen_of(keys, signed[0].word.key if signed else fields.text("key"))
    ports = speaking_as(asked, None if _is_free(d, word) or key is None else key.key, signed)
    try:
        after = say(ports, d, word, fields, asked.person)
    except SignatureWanted as wanted:
        if key is None:
            raise
        return ask_to_sign(asked, _to_sign(d, word, wanted.word, key, consequences(d, word)), fields)
    except OrchError as fault:
        return _shown(asked, d, word, fields, fault)
    # Where keys are trusted, the driver says by its own key that it took over: it is the service's, and no person's.
    by = asked.person if not keyring.keys else this_speaker().name
    onward = go_on(asked.service, after.id, by) if kind.driven else Onward("not needed")
    return _to(asked, d, word, onward)


def _is_free(d: Deployment, word: WordNow) -> bool:
    """Whether it needs no signature: the policy says so, or it puts nothing on the journal."""
    policy = d.authority.policy
    unsigned = policy is not None and WORDS[word].verb in policy.unsigned_words
    return unsigned or (word == "resume" and d.driving.paused is None)


def _to_sign(
    d: Deployment, word: WordNow, statement: WordStatement, key: object, lines: Sequence[str]
) -> ToSign:
    kind = WORDS[word]
    place = f"/deployments/{quote(d.id)}"
    return ToSign(
        statement=statement,
        payload=payload(statement),
        key=key,  # type: ignore[arg-type]
        about=f"word {word}",
        deployment=d.id,
        title=kind.title,
        lines=lines,
        action=f"{place}/words/{word}/given",
        back=f"{place}/words/{word}",
    )


def _to(asked: Asked, d: Deployment, word: WordNow, onward: Onward | None) -> Response:
    """Back to the deployment, which says what was said; a page of its own where no process could be begun."""
    went = onward.went if onward is not None else "driven already"
    place = f"/deployments/{quote(d.id)}?said={word if onward is not None else AGAIN}"
    if "application/json" in asked.request.headers.get("accept", ""):
        words = onward.words if onward is not None else ""
        return JSONResponse({"deployment": d.id, "said": word, "driver": went, "words": words})
    if onward is None or went != "not begun":
        return RedirectResponse(place, status_code=303)
    return page("word_said.html.j2", request=asked.request, asked=asked, d=d, kind=WORDS[word], onward=onward)


def _shown(
    asked: Asked, d: Deployment, word: WordNow, fields: Fields, fault: OrchError | None = None
) -> Response:
    """The form, with every reason why it was refused."""
    problem = problem_of(fault) if fault is not None else None
    if problem is not None and "application/json" in asked.request.headers.get("accept", ""):
        raise problem
    attempt = d.open_attempt
    by_hand = attempt if attempt is not None and attempt.manual else None
    keyring = keyring_of(asked, d)
    keys = passkeys_of(keyring, asked.person, asked.ports.clock.now())
    made = page(
        "word.html.j2",
        request=asked.request,
        asked=asked,
        d=d,
        word=word,
        kind=WORDS[word],
        fields=fields,
        reasons=problem.detail.splitlines() if problem is not None else [],
        possible=word in words_now(d),
        consequences=consequences(d, word) if word in words_now(d) else (),
        step=manual_step_of(d, by_hand) if by_hand is not None else None,
        due=due_of(d, by_hand) if by_hand is not None else None,
        results=list(RESULTS),
        signs=bool(keyring.keys) and not _is_free(d, word),
        keys=keys,
        once=new_number(),
    )
    made.status_code = problem.status if problem is not None else 200
    return made


def _proposed(d: Deployment, word: WordNow) -> dict[str, list[str]]:
    proposed: dict[str, list[str]] = {"reason": [WORDS[word].reason]}
    gate, attempt = d.rollout.gate, d.open_attempt
    if word == "confirm" and gate is not None and gate.confirm is not None:
        proposed["role"] = [gate.confirm]
    if word == "step" and attempt is not None and attempt.manual:
        proposed["role"] = [manual_step_of(d, attempt).role]
    if word == "exclude":
        proposed["hosts"] = ["\n".join(hosts_to_leave_out(d))]
    return proposed


def _deployment(asked: Asked) -> Deployment:
    return folded(asked.ports.journal, asked.request.path_params["deployment"])


def _routes() -> tuple[Route, ...]:
    rows: list[Route] = []
    for word, kind in WORDS.items():
        path = f"/deployments/{{deployment}}/words/{word}"
        rows += [
            Route("GET", path, kind.right, partial(_form, word=word), about="deployment"),
            Route("POST", path, kind.right, partial(_prepare, word=word), about="deployment"),
            Route("POST", f"{path}/given", kind.right, partial(_give, word=word), about="deployment"),
        ]
    return tuple(rows)


ROUTES = _routes()
