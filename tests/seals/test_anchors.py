"""Whoever holds orch's key, or restores home and database together, is found back to the last anchor outside."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from time import monotonic

import pytest

from orchestrator.cli.main import run
from orchestrator.domain.journal import events as e
from orchestrator.engine.anchoring import PATIENCE, REST, settle, settle_quietly
from tests.seals.anchored_home import AnchoredHome, anchored_home
from tests.seals.sealed_home import sealed_home
from tests.seals.wired import ports_of

NAMES = ["stamps", "ledger", "second"]


@pytest.fixture
def made(tmp_path: Path) -> Iterator[AnchoredHome]:
    with anchored_home(tmp_path) as anchored:
        yield anchored


@pytest.fixture
def orch(made: AnchoredHome, monkeypatch: pytest.MonkeyPatch) -> AnchoredHome:
    monkeypatch.setenv("ORCH_HOME", str(made.home.place))
    return made


def paused(made: AnchoredHome, words: str, deployment: str = "d1") -> None:
    made.home.append(deployment, e.Paused(by="ann", reason=words))


def test_each_anchor_sees_the_log_and_is_owed_nothing(made: AnchoredHome) -> None:
    assert [(each.anchor.name, each.silence) for each in made.settle()] == [(name, None) for name in NAMES]
    assert not made.settle()
    looks = made.looks()
    assert {name: look.compared for name, look in looks.items()} == {
        "stamps": "stamp",
        "ledger": "outside",
        "second": "outside",
    }
    assert all(look.at is not None and look.owed == 0 and not look.findings for look in looks.values())


def test_what_came_later_is_owed_until_it_is_done(made: AnchoredHome) -> None:
    made.settle()
    paused(made, "later")
    assert {name: look.owed for name, look in made.looks().items()} == dict.fromkeys(NAMES, 1)
    made.settle()
    assert {name: look.owed for name, look in made.looks().items()} == dict.fromkeys(NAMES, 0)


def test_a_restored_home_is_found_by_the_anchors_alone(made: AnchoredHome) -> None:
    """Database, key and the checkpoint beside it come from one moment: within the home all fits."""
    made.settle()
    backup = made.copied()
    paused(made, "what should not be known")
    made.settle()
    made.restored(backup)
    assert made.home.look().intact
    codes = made.codes()
    assert codes == {"stamps": [], "ledger": ["seal.store_older"], "second": ["seal.store_older"]}
    assert "ledger" in made.looks()["ledger"].findings[0].detail


def test_who_holds_the_key_and_makes_the_log_anew_is_found(made: AnchoredHome) -> None:
    backup = made.copied()
    paused(made, "what happened")
    made.settle()
    made.restored(backup)
    for words in ("what did not", "happen"):
        paused(made, words)
    assert made.home.look().intact
    codes = made.codes()
    assert codes["ledger"] == codes["second"] == ["seal.store_forked"]
    made.settle()
    assert made.codes()["second"] == ["seal.store_forked"], "a later anchor hides no earlier one"


def test_with_the_anchorings_still_in_the_store_a_time_stamp_tells_as_well(made: AnchoredHome) -> None:
    """Only the journal is put back, and sealed anew with orch's key: the stamped checkpoint is of another log."""
    backup = made.copied()
    paused(made, "what happened")
    made.settle()
    anchored = made.home.place.rename(made.folder / "anchored")
    made.home.place.mkdir()
    made.restored(backup)
    paused(made, "what did not")
    with closing(sqlite3.connect(made.home.place / "journal.sqlite")) as connection, connection:
        connection.execute("ATTACH ? AS later", (str(anchored / "journal.sqlite"),))
        connection.execute("INSERT INTO anchorings SELECT * FROM later.anchorings")
    assert made.home.look().intact
    assert (made.looks()["stamps"].compared, made.codes()["stamps"]) == ("stamp", ["seal.store_forked"])


def test_an_edited_note_has_no_good_stamp(made: AnchoredHome) -> None:
    made.settle()
    made.home.by_hand("UPDATE anchorings SET note = replace(note, 'breaks 0', 'breaks 1')")
    codes = made.codes()
    assert codes["stamps"] == ["seal.anchor_bad"]
    assert "seal.anchor_missing" in codes["ledger"]


def test_what_was_removed_outside_is_found(made: AnchoredHome) -> None:
    made.settle()
    (made.folder / "second" / "checkpoints").unlink()
    assert made.codes()["second"] == ["seal.anchor_missing"]


def test_who_removes_the_row_is_owed_again(made: AnchoredHome) -> None:
    """What is outside is seen all the same."""
    made.settle()
    made.home.by_hand("DELETE FROM anchorings")
    looks = made.looks()
    assert (looks["second"].compared, looks["second"].owed) == ("outside", 0)
    assert (looks["stamps"].compared, looks["stamps"].size) == ("nothing", 0)


@pytest.mark.parametrize("mood", ["refuses", "talks nonsense", "stamps another"])
def test_an_anchor_that_gives_no_good_answer_is_owed_and_later_done(made: AnchoredHome, mood: str) -> None:
    made.authority.mood = mood  # type: ignore[assignment]
    silences = {each.anchor.name: each.silence for each in made.settle()}
    assert silences["ledger"] is silences["second"] is None
    assert silences["stamps"] is not None
    assert silences["stamps"].code == ("refused" if mood == "refuses" else "nonsense")
    look = made.looks()["stamps"]
    assert look.owed > 0
    assert look.silence == silences["stamps"]
    made.authority.mood = "answers"
    assert [each.anchor.name for each in made.settle()] == ["stamps"]
    assert made.looks()["stamps"].owed == 0


def test_anchors_that_hang_cost_their_patience_once_and_appends_nothing(made: AnchoredHome) -> None:
    """The authority never answers, and neither does a hook of the repository: what is sound is anchored meanwhile."""
    made.authority.mood = "hangs"
    hook = made.folder / "anchors.git" / "hooks" / "reference-transaction"
    hook.write_text("#!/bin/sh\nexec sleep 60\n")
    hook.chmod(0o755)
    began = monotonic()
    tries = {each.anchor.name: each.silence for each in made.settle(patience=2.0)}
    assert monotonic() - began < 5.0
    assert tries["second"] is None
    silences = [tries["stamps"], tries["ledger"]]
    assert [each.code for each in silences if each is not None] == ["late", "late"]
    began, asked = monotonic(), made.authority.asked
    for number in range(20):
        paused(made, f"tea {number}")
    assert monotonic() - began < 20 * 0.5
    assert made.authority.asked == asked, "an append asks nobody"
    hook.unlink()
    made.authority.mood = "answers"
    assert [each.silence for each in made.settle()] == [None] * 3, "no lock is left in the repository"


def test_who_looks_again_and_again_leaves_an_anchor_alone_for_a_while(made: AnchoredHome) -> None:
    made.authority.mood = "refuses"
    ports = ports_of(made.home.place)
    assert settle(ports, rest=REST)
    asked = made.authority.asked
    assert not settle(ports, rest=REST)
    assert made.authority.asked == asked
    assert [each.anchor.name for each in settle(ports)] == ["stamps"]


def test_a_log_that_is_not_signed_well_is_not_anchored(
    orch: AnchoredHome, capsys: pytest.CaptureFixture[str]
) -> None:
    orch.home.by_hand("UPDATE seal_state SET note = replace(note, 'breaks 0', 'breaks 7')")
    assert run(["record", "anchor"]) == 13
    assert "nothing was anchored" in capsys.readouterr().err
    assert not (orch.folder / "second" / "checkpoints").exists()


def test_a_faulty_file_of_anchors_stops_nothing_and_is_told(made: AnchoredHome) -> None:
    made.settle()
    (made.home.place / "anchors.yml").write_text("orch: 1\nanchors: []\n")
    ports = ports_of(made.home.place)
    settle_quietly(ports)
    silences = [each.silence for each in ports.anchor_book.state().tries]
    assert [each.code for each in silences if each is not None] == ["unreadable"] * 3


def test_the_patience_of_a_driver_is_a_few_seconds() -> None:
    assert PATIENCE <= 5.0


def test_verify_names_each_anchor_and_ends_with_13_where_one_does_not_fit(
    orch: AnchoredHome, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["record", "anchor"]) == 0
    assert run(["record", "verify"]) == 0
    text = capsys.readouterr().out
    assert "ledger, the repository" in text
    assert "its time stamp is verified" in text
    (orch.folder / "second" / "checkpoints").unlink()
    assert run(["record", "verify", "--json"]) == 13
    answer = json.loads(capsys.readouterr().out)
    assert {each["anchor"]: len(each["findings"]) for each in answer["anchors"]} == {
        "stamps": 0,
        "ledger": 0,
        "second": 1,
    }


def test_status_and_record_say_how_far_the_log_is_anchored_and_what_is_owed(
    orch: AnchoredHome, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["record", "anchor"])
    run(["status", "d1"])
    assert "ledger: anchored up to 2" in capsys.readouterr().out
    paused(orch, "later")
    orch.authority.mood = "refuses"
    assert run(["record", "anchor"]) == 12
    capsys.readouterr()
    for words in (["status", "d1"], ["record", "show", "d1"]):
        run(words)
        text = " ".join(capsys.readouterr().out.split())
        assert "without the newest of this; owed: 1 head, since it refused: status 503" in text
        assert "ledger: anchored up to 2" in text


def test_without_an_anchor_verify_says_that_it_cannot_know(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ORCH_HOME", str(sealed_home(tmp_path / "home").place))
    assert run(["record", "verify"]) == 0
    assert "cannot be known here" in capsys.readouterr().out
    assert run(["record", "anchor"]) == 11


def test_what_the_file_names_no_more_is_owed_until_it_is_forgotten(
    orch: AnchoredHome, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["record", "anchor"])
    file = orch.home.place / "anchors.yml"
    file.write_text(
        f"orch: 1\nanchors:\n  - anchor: second\n    file: {{path: '{orch.folder}/second/checkpoints'}}\n"
    )
    paused(orch, "later")
    assert run(["record", "anchor", "--forget"]) == 0
    capsys.readouterr()
    run(["status", "d1"])
    text = capsys.readouterr().out
    assert "second: anchored" in text
    assert "ledger" not in text
