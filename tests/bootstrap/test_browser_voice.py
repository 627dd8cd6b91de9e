"""A person in a browser says a word in two phases: it is made, signed with their passkey, and recorded as exactly that."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from orchestrator.adapters.keys.key_folder import KeyFolder
from orchestrator.adapters.speaker import through_service
from orchestrator.bootstrap import ports_to_look
from orchestrator.bootstrap.browser_voice import PATIENCE, BrowserVoice, SignatureWanted
from orchestrator.cli.main import run
from orchestrator.domain.authority.signing import Keyring, PublicKeyCard
from orchestrator.domain.authority.speaker import Speaker
from orchestrator.domain.authority.word import SignedWord, WordStatement, payload
from orchestrator.domain.journal import events as e
from orchestrator.engine.ports import Ports
from orchestrator.engine.use_cases.deployment_commands import signal
from orchestrator.engine.use_cases.emergency_stop import stop_all
from orchestrator.errors import Refused
from orchestrator.policy.authority.spoken_record import spoken_lines
from tests.seals.sealed_home import SealedHome, sealed_home
from tests.worlds.passkeys import Authenticator, Wrong, authenticator

LI, OTHER = authenticator(), authenticator(which=2)
AT = datetime.fromisoformat("2026-11-30T09:00:00+00:00")
PAUSE = e.Paused(by="li@example.org", reason="tea")


@dataclass
class Web:
    """What a web service does: it opens ports for each request, as the person who is logged in."""

    home: SealedHome

    def ports(self, passkey: str | None = LI.key, prepared: Sequence[SignedWord] = ()) -> Ports:
        speaker = through_service("li@example.org", "10.0.0.7", "a secret of the session")
        clock = ports_to_look(self.home.place).clock
        voice = BrowserVoice(speaker, passkey, clock.now, prepared)
        return ports_to_look(self.home.place, voice=voice)

    def wanted(self, event: e.Event = PAUSE, deployment: str = "d1") -> WordStatement:
        """The first phase: the statement that the person is to sign."""
        with pytest.raises(SignatureWanted) as wanted:
            signal(self.ports(), deployment, event)
        return wanted.value.word

    def recorded(self, *signed: SignedWord, event: e.Event = PAUSE, deployment: str = "d1") -> e.Event:
        """The second phase: the event that is recorded."""
        ports = self.ports(prepared=signed)
        signal(ports, deployment, event)
        return ports.journal.read(deployment)[-1].event

    def size(self, deployment: str = "d1") -> int:
        return len(self.ports().journal.read(deployment))


def signed(word: WordStatement, key: Authenticator = LI, wrong: Wrong | None = None) -> SignedWord:
    return SignedWord(word=word, signature=key.signature(payload(word), wrong))


@pytest.fixture
def web(tmp_path: Path) -> Web:
    home = sealed_home(tmp_path / "home", words=0)
    return Web(home)


@pytest.fixture
def house(web: Web) -> Web:
    """The same where Li's passkey is trusted, and another one of Omar."""
    keys = KeyFolder(web.home.place / "keys")
    keys.trust(LI.trusted("Li Wei", "deployment practitioner", also=("li@example.org",)))
    keys.trust(OTHER.trusted("Omar Haddad", "deployment practitioner"))
    return web


def test_a_word_is_made_then_signed_then_recorded(house: Web) -> None:
    before = house.size()
    word = house.wanted()
    assert house.size() == before
    assert (word.verb, word.subject, word.person, word.key) == ("pause", "d1", "Li Wei", LI.key)
    event = house.recorded(signed(word))
    assert house.size() == before + 1
    assert isinstance(event, e.Paused)
    assert event.by == "Li Wei"
    assert event.spoken is not None
    assert event.spoken.signed == signed_as_recorded(event)
    [line] = [line for line in spoken_lines(house.ports().journal.read("d1")) if line.what == "paused"]
    assert line.speaker.startswith("through the service as li@example.org, from 10.0.0.7, session ")
    assert (line.signature, line.fits) == (f"signed with passkey {LI.key[:16]}", True)


def signed_as_recorded(event: e.Paused) -> SignedWord:
    assert event.spoken is not None
    assert event.spoken.signed is not None
    assert event.spoken.signed.signature.kind == "webauthn"
    return event.spoken.signed


CHANGED: dict[str, dict[str, Any]] = {
    "verb": {"verb": "hold"},
    "subject": {"subject": "d2"},
    "content": {"content": "0" * 64},
    "person": {"person": "Omar Haddad"},
    "key": {"key": OTHER.key},
}


@pytest.mark.parametrize(("name", "changed"), CHANGED.items(), ids=CHANGED)
def test_what_was_signed_otherwise_is_refused(house: Web, name: str, changed: dict[str, Any]) -> None:
    before = house.size()
    word = WordStatement.model_validate({**house.wanted().model_dump(), **changed})
    with pytest.raises(Refused, match=rf"What you signed is not what is said now \({name}\)"):
        house.recorded(signed(word))
    assert house.size() == before


def test_the_second_request_says_what_the_first_said(house: Web) -> None:
    word = house.wanted()
    for event, deployment in ((e.Paused(by="li@example.org", reason="no tea"), "d1"), (PAUSE, "d2")):
        before = house.size(deployment)
        with pytest.raises(Refused, match="not what is said now"):
            house.recorded(signed(word), event=event, deployment=deployment)
        assert house.size(deployment) == before


@pytest.mark.parametrize(
    ("key", "wrong"),
    [
        (OTHER, Wrong()),
        (LI, Wrong(payload=b"another")),
        (LI, Wrong(flags=0x01)),
        (LI, Wrong(rp_id="evil.example")),
        (LI, Wrong(client={"origin": "https://evil.example"})),
    ],
    ids=["another key", "another text", "not verified", "another service", "another site"],
)
def test_a_bad_signature_is_refused(house: Web, key: Authenticator, wrong: Wrong) -> None:
    before, word = house.size(), house.wanted()
    made = signed(word, key, wrong)
    made = made.model_copy(update={"signature": made.signature.model_copy(update={"key": LI.key})})
    with pytest.raises(Refused, match="the signature does not fit what is said"):
        house.recorded(made)
    assert house.size() == before


def test_a_person_without_a_passkey_is_told_what_to_do(house: Web) -> None:
    before = house.size()
    with pytest.raises(Refused, match="You have no passkey here: register one") as refused:
        signal(house.ports(passkey=None), "d1", PAUSE)
    assert "orch keys trust CARD --person NAME --role ROLE" in str(refused.value)
    unknown = authenticator(which=3).key
    with pytest.raises(Refused, match=f"Your passkey {unknown[:16]} is not one of them"):
        signal(house.ports(passkey=unknown), "d1", PAUSE)
    assert house.size() == before


def test_what_is_printed_makes_a_passkey_count(
    house: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mia = authenticator(which=3)
    with pytest.raises(Refused) as refused:
        signal(house.ports(passkey=mia.key), "d1", PAUSE)
    printed = re.search(r"orch (keys trust CARD --person NAME --role ROLE)", str(refused.value))
    assert printed is not None
    card = tmp_path / "mia.json"
    card.write_text(PublicKeyCard(key=mia.key, public=mia.passkey.line, kind="webauthn").model_dump_json())
    values = {"CARD": str(card), "NAME": "li@example.org", "ROLE": "customer"}
    monkeypatch.setenv("ORCH_HOME", str(house.home.place))
    KeyFolder(house.home.place / "keys").revoke(LI.key, AT, "Ada", "phone lost")
    assert run([values.get(word, word) for word in printed[1].split()]) == 0
    with pytest.raises(SignatureWanted):
        signal(house.ports(passkey=mia.key), "d1", PAUSE)


def test_a_revoked_passkey_says_nothing(house: Web) -> None:
    word = house.wanted()
    KeyFolder(house.home.place / "keys").revoke(LI.key, AT, "Ada", "phone lost")
    with pytest.raises(Refused, match="is revoked"):
        house.recorded(signed(word))


def test_a_key_of_another_kind_is_no_passkey(house: Web) -> None:
    voice = BrowserVoice(Speaker(uid=0), "0" * 64, lambda: AT)
    posing = LI.trusted().model_copy(update={"key": "0" * 64, "kind": "ed25519"})
    with pytest.raises(Refused, match="is not one of them"):
        voice.key(Keyring.of_valid(keys=(posing,)))


def test_where_no_keys_are_trusted_a_word_is_unsigned_and_names_who_is_logged_in(web: Web) -> None:
    for passkey in (None, LI.key):
        signal(web.ports(passkey=passkey), "d1", PAUSE)
        event = web.ports().journal.read("d1")[-1].event
        assert isinstance(event, e.Paused)
        assert event.spoken is not None
        assert event.spoken.signed is None
        assert event.spoken.speaker.web_person == "li@example.org"
        assert event.spoken.speaker.name == event.by == "li@example.org"
        signal(web.ports(), "d1", e.Resumed(by="li@example.org", reason="tea is over"))


def test_a_word_about_the_house_goes_the_same_way(house: Web) -> None:
    with pytest.raises(SignatureWanted) as wanted:
        stop_all(house.ports(), by="li@example.org", reason="it burns")
    assert house.size(e.HOUSE) == 0
    stop_all(house.ports(prepared=[signed(wanted.value.word)]), by="li@example.org", reason="it burns")
    [record] = house.ports().journal.read(e.HOUSE)
    assert isinstance(record.event, e.EmergencyStopped)
    assert record.event.by == "Li Wei"


STATEMENT = WordStatement(
    verb="pause", subject="d1", content="c" * 64, person="Li Wei", key=LI.key, made_at=AT, nonce="1" * 32
)


def later(age: timedelta) -> WordStatement:
    """What the second request says: at another moment, with another number."""
    return STATEMENT.model_copy(update={"made_at": AT + age, "nonce": "2" * 32})


@pytest.mark.parametrize("age", [timedelta(0), timedelta(minutes=9), PATIENCE])
def test_a_word_is_given_back_while_it_is_fresh(age: timedelta) -> None:
    voice = BrowserVoice(Speaker(uid=0), LI.key, lambda: AT + age, [signed(STATEMENT)])
    assert voice.sign(later(age)).word == STATEMENT


@pytest.mark.parametrize("age", [PATIENCE + timedelta(seconds=1), timedelta(days=1), -timedelta(days=1)])
def test_an_old_word_is_refused(age: timedelta) -> None:
    voice = BrowserVoice(Speaker(uid=0), LI.key, lambda: AT + age, [signed(STATEMENT)])
    with pytest.raises(Refused, match="more than 10 minutes"):
        voice.sign(later(age))


def test_a_word_is_given_back_once() -> None:
    voice = BrowserVoice(Speaker(uid=0), LI.key, lambda: AT, [signed(STATEMENT)])
    voice.sign(later(timedelta(0)))
    with pytest.raises(Refused, match="More is said than you signed"):
        voice.sign(later(timedelta(0)))


def test_the_first_phase_asks_for_every_signature() -> None:
    voice = BrowserVoice(Speaker(uid=0), LI.key, lambda: AT)
    for _ in range(2):
        with pytest.raises(SignatureWanted) as wanted:
            voice.sign(STATEMENT)
        assert wanted.value.word == STATEMENT
        assert "waits for passkey" in str(wanted.value)


def test_numbers_are_new_each_time() -> None:
    voice = BrowserVoice(Speaker(uid=0), LI.key, lambda: AT)
    assert len({voice.nonce() for _ in range(100)}) == 100
