"""Who edits a record by hand stops what rests on it, and nothing else; a person goes on with a reason."""

import json
import shutil
from pathlib import Path

import pytest

from tests.seals.orch_here import Orch
from tests.seals.sealed_home import SealedHome, sealed_home


def edit(before: str, after: str, event: int) -> str:
    """A statement that edits the body of an event of d1."""
    return f"UPDATE events SET body = replace(body, '{before}', '{after}') WHERE deployment = 'd1' AND seq = {event}"


EDITS = {
    "who approved": edit("none asked for", "given by Li", 3),
    "a check's result": edit('"results":[]', '"results":[ ]', 6),
    "the last event": edit("tea 4", "gin 4", 12),
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sealed_home(tmp_path_factory.mktemp("made") / "home").place


@pytest.fixture
def home(made: Path, tmp_path: Path) -> SealedHome:
    return SealedHome(Path(shutil.copytree(made, tmp_path / "home")))


@pytest.fixture
def orch(home: SealedHome, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Orch:
    monkeypatch.setenv("ORCH_HOME", str(home.place))
    return Orch(capsys)


@pytest.mark.parametrize("what", sorted(EDITS))
def test_an_edit_is_found_by_the_next_resume_and_by_verify(home: SealedHome, orch: Orch, what: str) -> None:
    home.by_hand(EDITS[what])
    resumed = orch("resume", "d1", "--no-drive")
    assert resumed.code == 13
    assert "it was changed afterwards" in resumed.text
    verified = orch("record", "verify", "d1")
    assert verified.code == 13
    assert "seal.event_changed" in verified.text
    assert orch("record", "verify", "d2").code == 0


def test_what_stops_a_deployment_is_taken_all_the_same(home: SealedHome, orch: Orch) -> None:
    home.by_hand(EDITS["the last event"])
    assert orch("pause", "d1", "--reason", "look at it").code == 0


def test_a_person_goes_on_with_a_reason(home: SealedHome, orch: Orch) -> None:
    home.by_hand(EDITS["the last event"])
    accepted = orch("record", "accept", "d1", "--reason", "compared with the backup")
    assert accepted.code == 0, accepted.text
    assert orch("resume", "d1", "--no-drive").code == 0
    assert orch("record", "verify", "d1").code == 13
    assert orch("record", "accept", "d1", "--reason", "again").code == 4
    home.by_hand(EDITS["who approved"])
    orch("pause", "d1", "--reason", "look again")
    assert orch("resume", "d1", "--no-drive").code == 13


def test_status_says_when_everything_was_verified_last(home: SealedHome, orch: Orch) -> None:
    assert "verified" not in orch("status", "d1").text
    assert orch("record", "verify").code == 0
    assert "3 are what was sealed" in orch("status", "d1").text
    home.by_hand(EDITS["the last event"])
    assert orch("record", "verify").code == 13
    assert "1 of 3 are NOT what was sealed (d1): orch record verify" in orch("status", "d1").text


def test_status_for_programs_says_it_too(home: SealedHome, orch: Orch) -> None:
    before = json.loads(orch("status", "d1", "--json").text)["seals"]
    assert (before["log_size"], before["anchors"], before["verified"]) == (36, [], None)
    orch("record", "verify")
    verified = json.loads(orch("status", "d1", "--json").text)["seals"]["verified"]
    assert (verified["deployments"], verified["broken"]) == (3, [])


def test_what_cannot_be_read_is_not_called_absent(home: SealedHome, orch: Orch) -> None:
    home.by_hand("UPDATE events SET body = 'x' WHERE seq = 6")
    shown = orch("status")
    assert shown.code == 13
    assert "cannot be read, and there is no other deployment" in shown.text


def forged(home: SealedHome, *damage: tuple[str, int]) -> None:
    """Somebody without orch's key writes the word of acceptance themselves, as event 13."""
    listed = ",".join(f'{{"code":"{code}","event":{event}}}' for code, event in damage)
    body = f'{{"kind":"seal_accepted","damage":[{listed}],"by":"Li Wei","reason":"fine"}}'
    home.by_hand(
        "INSERT INTO events (deployment, seq, at, version, kind, body) "
        f"SELECT deployment, 13, at, version, 'seal_accepted', '{body}' FROM events WHERE deployment = 'd1' AND seq = 12"
    )


def test_a_word_of_acceptance_that_is_not_sealed_counts_for_nothing(home: SealedHome, orch: Orch) -> None:
    home.by_hand(EDITS["a check's result"])
    forged(home, ("seal.event_changed", 6), ("seal.event_added", 13))
    refused = orch("resume", "d1", "--no-drive")
    assert refused.code == 13
    assert "was changed afterwards" in refused.text


def test_a_word_of_acceptance_counts_for_nothing_where_the_head_is_not_the_signed_one(
    home: SealedHome, orch: Orch
) -> None:
    forged(home, ("seal.head_changed", 0), ("seal.event_added", 13))
    home.by_hand(
        "UPDATE seal_log SET size = 13 WHERE number = (SELECT max(number) FROM seal_log WHERE deployment = 'd1')"
    )
    assert orch("resume", "d1", "--no-drive").code == 13
