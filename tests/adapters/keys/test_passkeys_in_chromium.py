"""A real Chromium makes passkeys and signs approvals with them, and does not sign what orch would refuse."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Error

from orchestrator.adapters.keys.ed25519 import presented_approval
from orchestrator.adapters.keys.passkey_registration import (
    OpenChallenges,
    Site,
    register,
    registration_question,
    signing_question,
)
from orchestrator.adapters.keys.passkeys import signature_of
from orchestrator.domain.authority.approval import ApprovalStatement, SignedApproval, payload
from orchestrator.domain.authority.signing import Keyring, PublicKeyCard, TrustedKey
from orchestrator.domain.authority.webauthn_form import assertion
from orchestrator.domain.authority.webauthn_key import passkey
from orchestrator.errors import Refused
from orchestrator.verifier.verify_record import passkey_good
from tests.worlds.browser import CHROMIUM
from tests.worlds.browser_passkeys import PasskeyBrowser, passkey_browser
from tests.worlds.people import TRUSTED_AT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        CHROMIUM is None and os.environ.get("CI") != "true",
        reason="chromium is not installed here (Debian: chromium)",
    ),
]
ALGORITHMS = {"es256": -7, "ed25519": -8, "rs256": -257}


@pytest.fixture(scope="module")
def browser() -> Iterator[PasskeyBrowser]:
    with passkey_browser() as opened:
        yield opened


def registered(browser: PasskeyBrowser, algorithm: str = "es256") -> PublicKeyCard:
    site, open_ones = Site("localhost", browser.origin), OpenChallenges()
    question = registration_question(site, "Li Wei", open_ones.new("session", TRUSTED_AT))
    options = json.loads(question.options)
    options["pubKeyCredParams"] = [{"type": "public-key", "alg": ALGORITHMS[algorithm]}]
    answer = browser.create(json.dumps(options))
    return register(answer, open_ones.take("session", TRUSTED_AT), site, "Li Wei", ("change manager",))


def trusted(card: PublicKeyCard) -> TrustedKey:
    assert card.person is not None
    return TrustedKey(
        key=card.key,
        public=card.public,
        kind=card.kind,
        person=card.person,
        roles=card.roles,
        trusted_at=TRUSTED_AT,
        trusted_by="Ada",
    )


def approval(key: str, **changed: Any) -> ApprovalStatement:
    usual = {
        "decision": "approve",
        "role": "change manager",
        "person": "Li Wei",
        "key": key,
        "plan_digest": "a" * 64,
        "subject": "shop-7",
        "reason": "looked at: ünïcödé",
        "made_at": TRUSTED_AT,
        "expires": TRUSTED_AT + timedelta(days=1),
        "nonce": "b" * 32,
    }
    return ApprovalStatement.model_validate({**usual, **changed})


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_an_approval_signed_in_a_browser_is_good_for_itself_alone(
    browser: PasskeyBrowser, algorithm: str
) -> None:
    key = trusted(registered(browser, algorithm))
    assert passkey(key.public).algorithm == algorithm
    statement = approval(key.key)
    answer = browser.sign(signing_question(key.public, payload(statement)).options)
    signature = signature_of(answer, key.public, payload(statement))
    ring = Keyring(keys=(key,))
    assert presented_approval(SignedApproval(approval=statement, signature=signature), ring).answer == "good"
    assert passkey_good(key.model_dump(), signature.signature, payload(statement))
    for changed in ({"plan_digest": "b" * 64}, {"subject": "shop-8"}, {"decision": "reject"}):
        moved = SignedApproval(approval=approval(key.key, **changed), signature=signature)
        assert presented_approval(moved, ring).answer == "bad"
        with pytest.raises(Refused, match="another text"):
            signature_of(answer, key.public, payload(moved.approval))


def test_nobody_signs_unverified(browser: PasskeyBrowser) -> None:
    key = trusted(registered(browser))
    question = signing_question(key.public, payload(approval(key.key)))
    browser.is_verified(verified=False)
    try:
        with pytest.raises(Error, match="NotAllowedError"):
            browser.sign(json.dumps({**json.loads(question.options), "timeout": 1000}))
        # A page that asks for less than orch gets a signature, and orch does not take it.
        careless = {**json.loads(question.options), "userVerification": "discouraged"}
        answer = browser.sign(json.dumps(careless))
    finally:
        browser.is_verified(verified=True)
    with pytest.raises(Refused, match="did not verify the person"):
        signature_of(answer, key.public, payload(approval(key.key)))


def test_a_page_of_another_site_gets_no_signature(browser: PasskeyBrowser) -> None:
    key = trusted(registered(browser))
    question = json.loads(signing_question(key.public, payload(approval(key.key))).options)
    with pytest.raises(Error, match="SecurityError"):
        browser.sign(json.dumps({**question, "rpId": "orch.example.org"}))


def test_a_synced_passkey_says_so(browser: PasskeyBrowser) -> None:
    browser.another_authenticator(defaultBackupEligibility=True, defaultBackupState=True)
    key = trusted(registered(browser))
    text = payload(approval(key.key))
    signature = signature_of(browser.sign(signing_question(key.public, text).options), key.public, text)
    assert assertion(signature.signature).on_several_devices
