"""Words through the service: each reaches the journal once, by who said it, signed where keys are trusted, and is driven on."""

from __future__ import annotations

import json
from collections.abc import Callable

import httpx
import pytest
from starlette.testclient import TestClient

from orchestrator.domain.authority.signing import Keyring
from orchestrator.domain.authority.word import content_of
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.lifecycle import State
from orchestrator.domain.rules.release_policy import ReleasePolicy
from orchestrator.errors import StoreFault
from tests.fakes.drivers import FakeDrivers
from tests.worlds.fleet import Fleet
from tests.worlds.held_deployment import held
from tests.worlds.passkeys import Authenticator, authenticator
from tests.worlds.plans import plan_tree
from tests.worlds.read_pages import as_read, match_of, payload_of
from tests.worlds.served import ADDRESS, CSRF, OpenDoors, access, served
from tests.worlds.stages import staged

ANN = authenticator()
OTHER = authenticator(which=2)
BACK = "rollback/routes.yml"
ROLE = "deployment manager"


class Desk:
    """A person at the service, over a fleet."""

    def __init__(self, fleet: Fleet, *roles: str) -> None:
        self.fleet = fleet
        self.doors = OpenDoors(access(*(roles or ("deployment manager",))))
        self.drivers = fleet.drivers
        self.client = TestClient(
            served(fleet.ports, self.doors, drivers=self.drivers), base_url=ADDRESS, follow_redirects=False
        )

    def form(self, d: Deployment, word: str) -> httpx.Response:
        answer: httpx.Response = self.client.get(f"/deployments/{d.id}/words/{word}")
        return answer

    def say(self, d: Deployment, word: str, **fields: str) -> httpx.Response:
        given = {"csrf": CSRF, **fields}
        answer: httpx.Response = self.client.post(f"/deployments/{d.id}/words/{word}", data=given)
        return answer

    def give(self, page: httpx.Response, key: Authenticator, **changed: str) -> httpx.Response:
        """Sign what the page shows, as the browser does."""
        action = match_of(page, r'action="([^"]+/given)"')
        fields = {"csrf": CSRF, "number": match_of(page, r'name="number" value="([0-9a-f]+)"')}
        made = json.dumps(key.answer(payload_of(page)))
        answer: httpx.Response = self.client.post(action, data={**fields, "answer": made, **changed})
        return answer


def at_gate() -> tuple[Fleet, Deployment]:
    gate = {"confirm": "service owner", "soak": "0s"}
    fleet = Fleet(plan_tree(kind="phased", waves=[{"count": 1, "gate": gate}, "rest"]))
    return fleet, fleet.deploy()


def by_hand() -> tuple[Fleet, Deployment]:
    manual = {
        "who": "Acme",
        "instruction": "Send it.",
        "evidence": "A ticket.",
        "confirmed_by": ROLE,
    }
    first = {"name": "routes", "on": "edge1", "manual": manual, "acceptance": [{"tcp": 443}], "backout": BACK}
    after = {"name": "app", "on": "app1", "playbook": "playbooks/app.yml", "backout": "rollback/app.yml"}
    tree = staged([first, after]) | {"suppliers": [{"name": "Acme", "contact": "noc@acme.example"}]}
    fleet = Fleet(tree, ("edge1", "app1"))
    return fleet, fleet.deploy()


def completed() -> tuple[Fleet, Deployment]:
    fleet = Fleet()
    return fleet, fleet.deploy()


def paused() -> tuple[Fleet, Deployment]:
    fleet, d = at_gate()
    fleet.say(d, e.Paused(by="ann", reason="wait"))
    return fleet, fleet.now(d.id)


SAID = [
    (at_gate, "confirm", {"note": "looked at it"}, e.Confirmed, State.COMPLETED),
    (at_gate, "pause", {"reason": "lunch"}, e.Paused, State.AT_GATE),
    (at_gate, "hold", {"reason": "see"}, e.DeploymentHeld, State.AT_GATE),
    (at_gate, "abort", {"reason": "wrong"}, e.AbortRequested, State.BACKED_OUT),
    (by_hand, "step", {"result": "done", "note": "seen"}, e.StepAnswered, State.COMPLETED),
    (completed, "rollback", {"reason": "regret"}, e.BackoutBegan, State.BACKED_OUT),
    (paused, "resume", {"reason": "go"}, e.Resumed, State.AT_GATE),
    (paused, "abort", {"reason": "wrong"}, e.AbortRequested, State.BACKED_OUT),
    (held, "retry", {"reason": "again"}, e.Retried, State.COMPLETED),
    (held, "exclude", {"reason": "dead", "hosts": "h1"}, e.Excluded, State.COMPLETED_WITH_EXCEPTIONS),
    (held, "hold", {"reason": "wait"}, e.HeldOn, State.DEPLOYING),
    (held, "rollback", {"reason": "wrong"}, e.BackoutBegan, State.BACKED_OUT),
]


@pytest.mark.parametrize(("begin", "word", "fields", "event", "state"), SAID)
def test_a_word_reaches_the_journal_and_is_driven_on(
    begin: Callable[[], tuple[Fleet, Deployment]],
    word: str,
    fields: dict[str, str],
    event: type[e.Event],
    state: State,
) -> None:
    fleet, d = begin()
    desk = Desk(fleet)
    form = desk.form(d, word)
    assert form.status_code == 200
    assert "cannot be said now" not in as_read(form.text)
    answer = desk.say(d, word, **fields)
    assert (answer.status_code, answer.headers.get("location")) == (303, f"/deployments/{d.id}?said={word}")
    event_said = fleet.events(d, event)[-1]
    assert event_said.by == "Ann"
    assert event_said.spoken.speaker.web_person == "Ann"
    assert fleet.now(d.id).state is state


@pytest.mark.parametrize(("begin", "word", "fields", "event", "state"), SAID)
def test_where_keys_are_trusted_the_passkey_signs_exactly_that(
    begin: Callable[[], tuple[Fleet, Deployment]],
    word: str,
    fields: dict[str, str],
    event: type[e.Event],
    state: State,
) -> None:
    fleet, d = begin()
    fleet.keys.ring = Keyring(keys=(ANN.trusted("Ann", "service owner", ROLE),))
    desk = Desk(fleet)
    before = fleet.now(d.id).seq
    shown = desk.say(d, word, **fields)
    assert shown.status_code == 200
    assert "What is signed" in as_read(shown.text)
    assert fleet.now(d.id).seq == before, "nothing is recorded before the signature"
    assert desk.give(shown, ANN).status_code == 303
    event_said = fleet.events(d, event)[-1]
    assert event_said.spoken.signed.word.content == content_of(event_said)
    assert event_said.spoken.signed.signature.kind == "webauthn"
    assert event_said.spoken.signed.signature.key == ANN.key


def test_another_passkey_signs_nothing_and_the_page_keeps_what_was_filled_in() -> None:
    fleet, d = at_gate()
    fleet.keys.ring = Keyring(keys=(ANN.trusted("Ann", "service owner"),))
    desk = Desk(fleet)
    answer = desk.give(desk.say(d, "abort", reason="it burns <b>"), OTHER)
    assert answer.status_code == 409
    assert "it burns &lt;b&gt;" in answer.text.replace("<wbr>", "")
    assert not fleet.events(d, e.AbortRequested)


def test_what_was_signed_for_one_word_is_given_once_and_for_no_other() -> None:
    fleet, d = at_gate()
    fleet.keys.ring = Keyring(keys=(ANN.trusted("Ann", "service owner"),))
    desk = Desk(fleet)
    shown = desk.say(d, "pause", reason="lunch")
    elsewhere = shown.text.replace("/words/pause/given", "/words/abort/given")
    changed = httpx.Response(200, text=elsewhere)
    assert desk.give(changed, ANN).status_code == 409
    assert not fleet.events(d, e.AbortRequested)
    again = desk.say(d, "pause", reason="lunch")
    assert desk.give(again, ANN).status_code == 303
    assert desk.give(again, ANN).status_code == 303
    assert len(fleet.events(d, e.Paused)) == 1


def test_another_session_does_not_give_it() -> None:
    fleet, d = at_gate()
    fleet.keys.ring = Keyring(
        keys=(ANN.trusted("Ann", "service owner"), OTHER.trusted("Bo", "service owner"))
    )
    shown = Desk(fleet).say(d, "pause", reason="lunch")
    bo = Desk(fleet)
    bo.doors.access = access("deployment manager").model_copy(update={"person": "Bo", "login": "bo"})
    assert bo.give(shown, ANN).status_code == 409
    assert not fleet.events(d, e.Paused)


def test_after_five_minutes_it_is_said_again() -> None:
    fleet, d = at_gate()
    fleet.keys.ring = Keyring(keys=(ANN.trusted("Ann", "service owner"),))
    desk = Desk(fleet)
    shown = desk.say(d, "pause", reason="lunch")
    fleet.clock.sleep(301)
    late = desk.give(shown, ANN)
    assert late.status_code == 409
    assert "five minutes" in as_read(late.text)
    assert not fleet.events(d, e.Paused)


def test_words_that_the_policy_leaves_unsigned_go_at_once() -> None:
    fleet, d = at_gate()
    words = {"orch": 1, "policy": "house", "version": 1, "title": "House", "undo_before_close": False}
    fleet = Fleet(fleet.tree)
    fleet.authority.policy = ReleasePolicy.model_validate({**words, "unsigned_words": ["pause"]})
    d = fleet.deploy()
    fleet.keys.ring = Keyring(keys=(ANN.trusted("Ann", "service owner"),))
    assert Desk(fleet).say(d, "pause", reason="lunch").status_code == 303
    assert fleet.events(d, e.Paused)[-1].spoken.signed is None


def test_a_form_that_is_sent_twice_does_one_thing() -> None:
    fleet, d = at_gate()
    desk = Desk(fleet)
    once = match_of(desk.form(d, "pause"), r'name="once" value="([0-9a-f]+)"')
    answers = [desk.say(d, "pause", reason="lunch", once=once) for _ in range(3)]
    assert [each.status_code for each in answers] == [303, 303, 303]
    assert [each.headers["location"].split("=")[1] for each in answers] == ["pause", "again", "again"]
    assert "was sent before" in as_read(desk.client.get(answers[1].headers["location"]).text)
    assert len(fleet.events(d, e.Paused)) == 1


def test_who_goes_back_from_what_is_signed_says_it_again() -> None:
    fleet, d = at_gate()
    fleet.keys.ring = Keyring(keys=(ANN.trusted("Ann", "service owner"),))
    desk = Desk(fleet)
    once = match_of(desk.form(d, "pause"), r'name="once" value="([0-9a-f]+)"')
    assert desk.say(d, "pause", reason="lunch", once=once).status_code == 200
    again = desk.say(d, "pause", reason="dinner", once=once)
    assert desk.give(again, ANN).status_code == 303
    assert [event.reason for event in fleet.events(d, e.Paused)] == ["dinner"]


def test_without_a_passkey_it_says_what_to_do() -> None:
    fleet, d = at_gate()
    fleet.keys.ring = Keyring(keys=(OTHER.trusted("Bo", "service owner"),))
    answer = Desk(fleet).say(d, "abort", reason="wrong")
    assert answer.status_code == 409
    assert "You have no passkey here" in as_read(answer.text)
    assert not fleet.events(d, e.AbortRequested)


@pytest.mark.parametrize(
    ("begin", "word", "fields", "words"),
    [
        (at_gate, "retry", {"reason": "again"}, "is not held"),
        (at_gate, "confirm", {}, "What you looked at"),
        (at_gate, "abort", {"reason": ""}, "expected words for the record"),
        (at_gate, "abort", {"reason": "x" * 4001}, "at most 4,000 characters"),
        (held, "exclude", {"reason": "dead", "hosts": "nowhere"}, "has no host nowhere"),
        (held, "exclude", {"reason": "dead", "hosts": ""}, "at least one"),
        (at_gate, "step", {"result": "done", "note": "x"}, "waits for no step by hand"),
        (held, "confirm", {"note": "x"}, "does not wait for a confirmation"),
    ],
)
def test_a_refusal_says_why_and_records_nothing(
    begin: Callable[[], tuple[Fleet, Deployment]], word: str, fields: dict[str, str], words: str
) -> None:
    fleet, d = begin()
    before = fleet.now(d.id).seq
    answer = Desk(fleet).say(d, word, **fields)
    assert answer.status_code in {400, 409, 422}
    assert words in as_read(answer.text)
    assert fleet.now(d.id).seq == before


def test_where_no_process_can_be_begun_the_page_says_what_to_run() -> None:
    fleet, d = held()

    def fails(deployment: str, by: str) -> None:
        raise StoreFault("driven/x.log cannot be written (No space left on device); make room, then again.")

    fleet.drivers = FakeDrivers(fails)
    answer = Desk(fleet).say(d, "retry", reason="go")
    assert answer.status_code == 200
    assert f"orch resume {d.id}" in as_read(answer.text)
    assert "make room" in as_read(answer.text)
    assert fleet.events(d, e.Retried)


def test_who_may_pause_may_not_abort() -> None:
    fleet, d = at_gate()
    desk = Desk(fleet, "change manager")
    assert desk.say(d, "abort", reason="no").status_code == 403
    assert desk.say(d, "pause", reason="stop").status_code == 303


def test_an_abort_says_which_hosts_and_what_runs_there() -> None:
    fleet, d = at_gate()
    page = as_read(Desk(fleet).form(d, "abort").text)
    assert "1 host is backed out: h1." in page
    assert "rollback/app.yml" in page
