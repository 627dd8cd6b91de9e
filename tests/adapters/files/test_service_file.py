"""service.yml: what it holds, and each fault with its line."""

from __future__ import annotations

from pathlib import Path

import pytest
from orchestrator.domain.authority.service_file import UNSET

from orchestrator.adapters.files.manual import service
from orchestrator.adapters.files.service_file import known_service_file, load_service_file
from orchestrator.errors import PlanFault

PROVIDER = "orch: 1\nlogin:\n  provider:\n    client_id: orch\n"


def written(folder: Path, text: str) -> Path:
    file = folder / "service.yml"
    file.write_text(text)
    return file


def test_the_manual_has_every_key(tmp_path: Path) -> None:
    noun = load_service_file(service()).noun
    assert noun.login.provider is not None
    assert (noun.sessions.idle, noun.sessions.longest) == (7200, 43200)


def test_the_house_comes_before_the_home(tmp_path: Path) -> None:
    house, home = tmp_path / "house", tmp_path / "home"
    for place, idle in ((house, "1h"), (home, "3h")):
        place.mkdir()
        written(place, f"orch: 1\nsessions: {{idle: {idle}}}\n")
    loaded = known_service_file((house, home))
    assert loaded is not None
    assert loaded.noun.sessions.idle == 3600
    assert known_service_file((tmp_path,)) is None


def test_an_empty_file_of_this_version_is_what_holds_without_one(tmp_path: Path) -> None:
    assert load_service_file(written(tmp_path, "orch: 1\n")).noun == UNSET


FAULTS = {
    "another version": ("orch: 2\n", ":1 orch"),
    "an unknown key": ("orch: 1\nlogins: {}\n", ":2 logins"),
    "no way in": ("orch: 1\nlogin:\n  password: false\n", ":3 login.password"),
    "no boolean": ("orch: 1\nlogin:\n  passkey: maybe\n", ":3 login.passkey"),
    "no time": ("orch: 1\nsessions:\n  idle: soon\n", ":3 sessions.idle"),
    "idle after the end": ("orch: 1\nsessions:\n  longest: 1h\n  idle: 2h\n", ":4 sessions.idle"),
    "a session for ever": ("orch: 1\nsessions:\n  longest: 31d\n", ":3 sessions.longest"),
    "no issuer": (PROVIDER, "login.provider.issuer"),
    "an issuer in clear": (f"{PROVIDER}    issuer: http://login.example\n", ":5 login.provider.issuer"),
    "an issuer with a query": (
        f"{PROVIDER}    issuer: https://login.example/?a=b\n",
        ":5 login.provider.issuer",
    ),
    "a secret in clear": (
        f"{PROVIDER}    issuer: https://login.example\n    client_secret: s3cret\n",
        ":6 login.provider.client_secret",
    ),
    "no openid": (
        f"{PROVIDER}    issuer: https://login.example\n    scopes: [email]\n",
        ":6 login.provider.scopes",
    ),
}


@pytest.mark.parametrize("case", FAULTS)
def test_a_fault_has_its_line(tmp_path: Path, case: str) -> None:
    text, place = FAULTS[case]
    with pytest.raises(PlanFault) as raised:
        load_service_file(written(tmp_path, text))
    assert place in str(raised.value)
    assert "s3cret" not in str(raised.value)


def test_a_provider_on_this_machine_may_speak_in_clear(tmp_path: Path) -> None:
    noun = load_service_file(written(tmp_path, f"{PROVIDER}    issuer: http://127.0.0.1:9000/realm\n")).noun
    assert noun.login.provider is not None
