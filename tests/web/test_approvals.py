"""Approvals in the browser: exactly what was shown is signed, by the person's passkey, for one deployment, once."""

from __future__ import annotations

import json
from threading import Barrier, Thread

import httpx
import pytest
from starlette.testclient import TestClient

from orchestrator.domain.authority.signing import Keyring
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal import events as e
from orchestrator.engine.use_cases.deployment_commands import open_deployment
from tests.worlds.fleet import PEOPLE, Fleet
from tests.worlds.passkeys import Authenticator, authenticator
from tests.worlds.people import DEPLOYER
from tests.worlds.read_pages import as_read, match_of, payload_of
from tests.worlds.served import ADDRESS, CSRF, OpenDoors, access, served

KEYS = {role: authenticator(which=n) for n, role in enumerate(PEOPLE, 1)}


class Approver:
    """Somebody who decides, at a browser of their own."""

    def __init__(self, fleet: Fleet, role: str, **where: str) -> None:
        self.role, self.key = role, KEYS[role]
        who = access(role, **where).model_copy(update={"person": PEOPLE[role], "login": role})
        self.client = TestClient(
            served(fleet.ports, OpenDoors(who), drivers=fleet.drivers),
            base_url=ADDRESS,
            follow_redirects=False,
        )

    def show(self, d: Deployment, name: str = "approve", **fields: str) -> httpx.Response:
        given = {"csrf": CSRF, "role": self.role, "reason": "looked at", **fields}
        answer: httpx.Response = self.client.post(f"/deployments/{d.id}/approval/{name}", data=given)
        return answer

    def give(
        self, page: httpx.Response, key: Authenticator | None = None, *, of: httpx.Response | None = None
    ) -> httpx.Response:
        """Sign what a page shows, and give it at this page's address."""
        made = json.dumps((key or self.key).answer(payload_of(of or page)))
        number = match_of(page, r'name="number" value="([0-9a-f]+)"')
        action = match_of(page, r'action="([^"]+/given)"')
        given = {"csrf": CSRF, "number": number, "answer": made}
        answer: httpx.Response = self.client.post(action, data=given)
        return answer

    def approve(self, d: Deployment) -> httpx.Response:
        return self.give(self.show(d))


@pytest.fixture
def fleet() -> Fleet:
    made = Fleet()
    made.rule()
    people = tuple(KEYS[role].trusted(person, role) for role, person in PEOPLE.items())
    made.keys.ring = Keyring(keys=(*people, DEPLOYER))
    return made


@pytest.fixture
def d(fleet: Fleet) -> Deployment:
    return fleet.deploy()


def given(fleet: Fleet, d: Deployment) -> list[tuple[str, str]]:
    return [(a.signed.approval.role, a.signed.approval.decision) for a in fleet.events(d, e.ApprovalGiven)]


def test_what_is_shown_is_signed_and_recorded(fleet: Fleet, d: Deployment) -> None:
    bo = Approver(fleet, "change manager")
    shown = bo.show(d)
    assert shown.status_code == 200
    digest = d.authority.effective.digest  # type: ignore[union-attr]
    assert digest in as_read(shown.text)
    assert digest.encode() in payload_of(shown)
    assert not given(fleet, d), "nothing is recorded before the signature"
    answer = bo.give(shown)
    assert answer.status_code == 303, answer.text
    event = fleet.events(d, e.ApprovalGiven)[-1]
    assert event.signed.signature.kind == "webauthn"
    assert event.by == "Bo Lind"
    assert event.spoken.speaker.web_person == "Bo Lind"


def test_the_page_says_what_waits_for_me_and_what_for_others(fleet: Fleet, d: Deployment) -> None:
    page = as_read(Approver(fleet, "change manager").client.get("/approvals").text)
    mine, others = page.split("Waits for others")
    assert "change manager" in mine
    assert "service owner" not in mine
    assert "service owner" in others


def test_who_has_approved_is_not_waited_for_any_more(fleet: Fleet, d: Deployment) -> None:
    bo = Approver(fleet, "change manager")
    assert bo.approve(d).status_code == 303
    page = as_read(Approver(fleet, "service owner").client.get("/approvals").text)
    assert "service owner: 1 of 1" in page.split("Waits for others")[0]
    assert "change manager: 1 of 1" not in page


def test_what_one_may_not_see_is_not_shown(fleet: Fleet, d: Deployment) -> None:
    elsewhere = Approver(fleet, "change manager", environment="another")
    assert d.id not in as_read(elsewhere.client.get("/approvals").text)
    assert elsewhere.client.get(f"/deployments/{d.id}/approval").status_code == 404
    assert elsewhere.show(d).status_code == 404


def test_both_of_two_who_approve_at_the_same_moment_are_recorded(fleet: Fleet, d: Deployment) -> None:
    people = [Approver(fleet, role) for role in PEOPLE]
    pages = [person.show(d) for person in people]
    barrier, answers = Barrier(2), []

    def at_once(person: Approver, page: httpx.Response) -> None:
        barrier.wait()
        answers.append(person.give(page).status_code)

    threads = [Thread(target=at_once, args=pair) for pair in zip(people, pages, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [303, 303]
    assert sorted(given(fleet, d)) == [("change manager", "approve"), ("service owner", "approve")]


def test_a_signature_of_one_deployment_does_not_count_for_another(fleet: Fleet, d: Deployment) -> None:
    other = fleet.plan("other.yml", "o1", policy=fleet.authority.policy)
    second = fleet.now(open_deployment(fleet.ports, fleet.prepared(other), by="ann", approvals=()))
    bo = Approver(fleet, "change manager")
    first, another = bo.show(d), bo.show(second)
    assert bo.give(another, of=first).status_code == 409
    moved = httpx.Response(
        200, text=first.text.replace(f"/deployments/{d.id}/", f"/deployments/{second.id}/")
    )
    assert bo.give(moved).status_code == 409
    assert not given(fleet, d)
    assert not given(fleet, second)


def test_a_signature_for_another_decision_does_not_count(fleet: Fleet, d: Deployment) -> None:
    bo = Approver(fleet, "change manager")
    shown = bo.show(d)
    moved = httpx.Response(200, text=shown.text.replace("/approval/approve/given", "/approval/reject/given"))
    assert bo.give(moved).status_code == 409
    assert bo.give(bo.show(d, "reject"), of=bo.show(d)).status_code == 409
    assert not given(fleet, d)


def test_what_was_approved_with_the_key_of_somebody_else_is_refused(fleet: Fleet, d: Deployment) -> None:
    bo = Approver(fleet, "change manager")
    answer = bo.give(bo.show(d), KEYS["service owner"])
    assert answer.status_code == 409
    assert "looked at" in as_read(answer.text), "the page keeps what was filled in"
    assert not given(fleet, d)


def test_it_is_given_once(fleet: Fleet, d: Deployment) -> None:
    bo = Approver(fleet, "change manager")
    shown = bo.show(d)
    assert [bo.give(shown).status_code for _ in range(3)] == [303, 303, 303]
    assert len(given(fleet, d)) == 1


@pytest.mark.parametrize(
    ("name", "fields", "words"),
    [
        ("approve", {"role": "service owner"}, "may not sign in this role"),
        ("approve", {"role": "emperor"}, "no role of this policy"),
        ("approve", {"reason": ""}, "expected words for the record"),
        ("approve", {"reason": "a\u202eb"}, "shows as it is"),
        ("override", {"overrides": "new year"}, "no freeze that binds is called new year"),
        ("override", {}, "expected the freeze"),
        ("concede", {"hosts": "h1"}, "not held"),
        ("concede", {}, "at least one"),
        ("sign-off", {}, "signed off is what was deployed"),
        ("review", {}, "there is nothing to review"),
        ("roll-back", {}, "for what is completed"),
    ],
)
def test_what_would_not_count_is_refused_before_anybody_signs(
    fleet: Fleet, d: Deployment, name: str, fields: dict[str, str], words: str
) -> None:
    answer = Approver(fleet, "change manager").show(d, name, **fields)
    assert answer.status_code in {400, 409, 422}, answer.text
    assert words in as_read(answer.text)
    assert not given(fleet, d)


def test_who_asked_for_it_does_not_approve_it(fleet: Fleet, d: Deployment) -> None:
    ann = authenticator(which=9).trusted("ann", "change manager")
    fleet.keys.ring = Keyring(keys=(*(key for key in fleet.keys.ring.keys if key.person != "ann"), ann))
    who = access("change manager").model_copy(update={"person": "ann", "login": "ann"})
    client = TestClient(served(fleet.ports, OpenDoors(who)), base_url=ADDRESS, follow_redirects=False)
    fields = {"csrf": CSRF, "role": "change manager", "reason": "mine"}
    answer = client.post(f"/deployments/{d.id}/approval/approve", data=fields)
    assert answer.status_code == 409
    assert "cannot approve it as well" in as_read(answer.text)


def test_a_signature_that_does_not_verify_on_the_journal_is_refused(fleet: Fleet, d: Deployment) -> None:
    bo = Approver(fleet, "change manager")
    shown = bo.show(d)
    nonce = json.loads(payload_of(shown).split(b"\n", 1)[1])["nonce"]
    fleet.keys.answers[nonce] = "bad"
    assert bo.give(shown).status_code == 409
    assert not given(fleet, d)


def test_when_nothing_is_missing_the_page_says_so(fleet: Fleet, d: Deployment) -> None:
    for role in PEOPLE:
        assert Approver(fleet, role).approve(d).status_code == 303
    page = as_read(Approver(fleet, "service owner").client.get(f"/deployments/{d.id}/approval").text)
    assert "Nothing is missing." in page
    assert "Start it" in page
