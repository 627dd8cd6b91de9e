"""A signed word counts only with a good signature of exactly what is said, by a key that may say it."""

from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest

from orchestrator.domain.authority.admission_answer import ReasonCode
from orchestrator.domain.authority.signing import Keyring, Signature, SignatureAnswer, TrustedKey
from orchestrator.domain.authority.speaker import Speaker
from orchestrator.domain.authority.word import (
    PresentedWord,
    SignedWord,
    Spoken,
    Verb,
    WordStatement,
    content_of,
)
from orchestrator.domain.evidence.capability import CapabilityAssessment
from orchestrator.domain.evidence.incident import Incident
from orchestrator.domain.journal import events as e
from orchestrator.policy.authority.spoken_words import Heard, against, person_named
from tests.histories import planned
from tests.worlds.plans import SHA

NOW = datetime(2026, 6, 1, tzinfo=UTC)
DAY = timedelta(days=1)
LI, NADIA, TIMER, STRANGER = "1" * 64, "2" * 64, "3" * 64, "9" * 64
INCIDENT = Incident(id="INC-7", title="the till hangs", opened=NOW)
ASSESSMENT = CapabilityAssessment(
    criteria="itil4", version=1, made=NOW, begins=NOW - DAY, ends=NOW, level=None, begun=0, results=()
)
EVENTS: dict[Verb, Any] = {
    "deploy": planned(),
    "rehearse": planned(),
    "schedule": planned(),
    "withdraw": e.DeploymentCancelled(by="Li Wei", reason="no"),
    "resume": e.DriverTook(driver="deck/1", by="Li Wei"),
    "start": e.DriverTook(driver="deck/1", by="Li Wei"),
    "pause": e.Paused(by="Li Wei", reason="wait"),
    "hold": e.HeldOn(by="Li Wei", reason="wait"),
    "retry": e.Retried(by="Li Wei", reason="again"),
    "exclude": e.Excluded(by="Li Wei", reason="dead", hosts=("web1",)),
    "confirm": e.Confirmed(wave=0, role="change manager", by="Li Wei", note="looked"),
    "step": e.StepAnswered(
        attempt="d1.1-deploy", result="done", role="change manager", by="Li Wei", note="seen"
    ),
    "done": e.DutyDone(duty="removal.components[0].data", by="Li Wei", note="seen"),
    "objective": e.ObjectiveAccepted(number=0, role="change manager", by="Li Wei", reason="enough"),
    "pir": e.PostReviewClosed(by="Li Wei", reason="held"),
    "action": e.ActionDone(number=0, by="Li Wei", note="seen"),
    "incident": e.IncidentLinked(incident=INCIDENT, by="Li Wei", reason="seen"),
    "record": e.RecordArchived(until=NOW, by="Li Wei", reason="reviewed"),
    "assess": e.AssessmentKept(assessment=ASSESSMENT, reason="the yearly look", by="Li Wei"),
    "seal": e.SealAccepted(
        damage=(e.DamageHere(code="seal.event_changed", event=3),), by="Li Wei", reason="known"
    ),
    "cmdb": e.CisRecorded(words=(), source="person", by="Li Wei"),
    "drift": e.DriftAccepted(
        audit="audit-1",
        host="web1",
        machine_id="m1",
        item_kind="file",
        item_name="/etc/shop.conf",
        capture=SHA,
        by="Li Wei",
        reason="hot fix",
    ),
    "abort": e.AbortRequested(by="Li Wei", reason="stop"),
    "rollback": e.BackoutBegan(by="Li Wei", reason="bad", hosts=("web1",)),
    "stop_all": e.EmergencyStopped(by="Li Wei", reason="fire"),
    "lift": e.EmergencyLifted(by="Li Wei", reason="out"),
    "release": e.EnvironmentLeft(machine="h1", owners=("change manager",), by="Li Wei", reason="sold"),
    "baseline": e.BaselineKept(plan_file="plan.yml", baselines=(), by="Li Wei"),
}


def key(name: str, person: str, *roles: str, **more: Any) -> TrustedKey:
    fields = {"key": name, "public": SHA, "person": person, "roles": roles, "trusted_at": NOW - DAY}
    return TrustedKey.model_validate({**fields, "trusted_by": "root", **more})


def ring(**more: Any) -> Keyring:
    """Li's key, changed by `more`; Nadia's; and a machine's."""
    li = key(LI, "Li Wei", "change manager", **{"also": ("li",), **more})
    timer = key(TIMER, "night timer", holder="machine")
    return Keyring(keys=(li, key(NADIA, "Nadia Costa", "service owner"), timer))


def word(verb: Verb, event: Any, own: str = LI, **changes: Any) -> SignedWord:
    fields = {
        "verb": verb,
        "subject": "d1",
        "content": content_of(event),
        "person": {LI: "Li Wei", NADIA: "Nadia Costa", TIMER: "night timer"}.get(own, "Li Wei"),
        "key": own,
        "made_at": NOW,
        "nonce": "0" * 32,
    }
    statement = WordStatement.model_validate({**fields, **changes})
    return SignedWord(word=statement, signature=Signature(key=own, signature="0" * 128))


def codes(
    verb: Verb,
    own: str = LI,
    *,
    keyring: Keyring | None = None,
    answer: SignatureAnswer = "good",
    first: e.Planned | None = None,
    **changes: Any,
) -> list[str]:
    signed = word(verb, EVENTS[verb], own, **changes)
    heard = Heard(PresentedWord(signed=signed, answer=answer), EVENTS[verb], verb, "d1", first)
    return [reason.code for reason in against(heard, keyring or ring(), NOW)]


def asked_by(own: str, **changes: Any) -> e.Planned:
    """A deployment as this key's holder asked for it."""
    speaker = Speaker(uid=1000)
    first = planned()
    return first.model_copy(
        update={"spoken": Spoken(speaker=speaker, signed=word("schedule", first, own, **changes))}
    )


def test_every_verb_has_a_row() -> None:
    assert set(EVENTS) == set(get_args(Verb))


@pytest.mark.parametrize("verb", EVENTS)
def test_a_persons_own_word_counts(verb: Verb) -> None:
    assert codes(verb) == []


@pytest.mark.parametrize("verb", EVENTS)
@pytest.mark.parametrize(
    ("what", "given", "code"),
    [
        ("a key that nobody trusts", {"own": STRANGER}, "word.foreign_key"),
        ("a signature that does not fit", {"answer": "bad"}, "word.bad_signature"),
        ("signed for another deployment", {"subject": "d2"}, "word.bad_signature"),
        ("signed for something else", {"content": "f" * 64}, "word.bad_signature"),
        ("naming another key than signed", {"key": NADIA}, "word.bad_signature"),
        ("a revoked key", {"keyring": ring(revoked_at=NOW)}, "word.revoked_key"),
        ("a key that expires at this moment", {"keyring": ring(expires=NOW)}, "word.expired_key"),
        ("under another person's name", {"person": "Nadia Costa"}, "word.other_name"),
    ],
)
def test_a_word_that_does_not_count(verb: Verb, what: str, given: dict[str, Any], code: str) -> None:
    assert codes(verb, **given) == [code], what


def test_a_word_for_one_verb_is_none_for_another() -> None:
    signed = word("pause", EVENTS["abort"])
    heard = Heard(PresentedWord(signed=signed, answer="good"), EVENTS["abort"], "abort", "d1")
    assert [reason.code for reason in against(heard, ring(), NOW)] == ["word.bad_signature"]


def test_a_key_that_expires_later_still_counts() -> None:
    assert codes("pause", keyring=ring(expires=NOW + DAY)) == []


@pytest.mark.parametrize("verb", sorted(set(EVENTS) - {"start", "resume"}))
def test_a_machine_says_nothing_but_start_and_resume(verb: Verb) -> None:
    assert "word.machine" in codes(verb, TIMER, first=asked_by(LI))


@pytest.mark.parametrize("verb", ["start", "resume"])
@pytest.mark.parametrize(
    ("what", "first", "against_it"),
    [
        ("a person signed it", asked_by(LI), []),
        ("nobody signed it, as before words were signed", planned(), ["word.machine"]),
        ("a machine signed it", asked_by(TIMER), ["word.machine"]),
        ("a key signed it that nobody trusts", asked_by(STRANGER), ["word.machine"]),
        ("what was signed is another deployment", asked_by(LI, subject="d0"), ["word.machine"]),
        ("what was signed is another plan", asked_by(LI, content="f" * 64), ["word.machine"]),
    ],
)
def test_a_machine_starts_what_a_person_signed(
    verb: Verb, what: str, first: e.Planned, against_it: list[str]
) -> None:
    assert codes(verb, TIMER, first=first) == against_it, what


def test_a_machine_does_not_start_what_a_revoked_key_signed() -> None:
    assert codes("start", TIMER, first=asked_by(LI), keyring=ring(revoked_at=NOW)) == ["word.machine"]


def test_who_confirms_holds_the_role() -> None:
    assert codes("confirm", NADIA) == ["word.role_not_held"]


@pytest.mark.parametrize(
    ("owners", "against_it"),
    [
        ((), []),
        (("service owner",), []),
        (("Nadia Costa",), []),
        (("Service  Owner",), []),
        (("change manager",), ["word.role_not_held"]),
        (("service owner", "change manager"), ["word.role_not_held"]),
        (("Li Wei",), ["word.role_not_held"]),
    ],
)
def test_who_answers_for_an_environment_lets_its_machines_go(
    owners: tuple[str, ...], against_it: list[str]
) -> None:
    event = e.EnvironmentLeft(machine="h1", owners=owners, by="Nadia Costa", reason="sold")
    signed = word("release", event, NADIA)
    heard = Heard(PresentedWord(signed=signed, answer="good"), event, "release", "d1")
    assert [reason.code for reason in against(heard, ring(), NOW)] == against_it


@pytest.mark.parametrize(
    ("by", "person"),
    [
        ("Li Wei", "Li Wei"),
        ("li", "Li Wei"),
        ("LI  WEI", "Li Wei"),
        ("deployer", "Li Wei"),
        ("Nadia Costa", None),
        ("root", None),
    ],
)
def test_whose_name_is_on_the_record(by: str, person: str | None) -> None:
    """The key's person, whether they give their name, a name of theirs, or nothing, which is their login."""
    trusted = ring().find(LI)
    assert trusted is not None
    assert person_named(by, trusted, Speaker(uid=1000, login="deployer")) == person


def test_the_reasons_against_words_are_all_here() -> None:
    """Every code that begins with `word.` is expected in this file."""
    seen = {
        "word.foreign_key",
        "word.bad_signature",
        "word.revoked_key",
        "word.expired_key",
        "word.other_name",
        "word.role_not_held",
        "word.machine",
    }
    assert {code for code in get_args(ReasonCode) if code.startswith("word.")} == seen
