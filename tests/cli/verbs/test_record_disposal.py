"""`orch record dispose`: what a record said is gone from every byte of the home, and what proves the rest stays."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import zlib
from collections.abc import Callable, Collection, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from orchestrator.domain.fold.brief import brief_of
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.disposals import disposals_in
from orchestrator.engine.lookup.admission_facts import question_of
from orchestrator.engine.record_ports import Disposals
from orchestrator.engine.use_cases.disposal import dispose
from orchestrator.engine.use_cases.retention import archive
from orchestrator.errors import StoreFault
from orchestrator.verifier import verify_record
from tests.seals.record_mutations import Json, statement_of, with_statement
from tests.worlds.command_line import orch
from tests.worlds.fleet import Fleet
from tests.worlds.plans import plan_tree
from tests.worlds.printed import commands_in, filled
from tests.worlds.raw_files import raw
from tests.worlds.sealed_fleet import archived, sealed_fleet

Screen = pytest.CaptureFixture[str]
SECRET = "the pool is at 10.77.88.99"


def tree() -> dict[str, object]:
    return {**plan_tree(), "purpose": f"Know that {SECRET}."}


@pytest.fixture
def fleet(tmp_path: Path) -> Fleet:
    return sealed_fleet(tmp_path / "home", tree())


def run(fleet: Fleet, capsys: Screen, *words: str, code: int = 0) -> str:
    capsys.readouterr()
    assert orch(fleet, words) == code, capsys.readouterr()
    answer = capsys.readouterr()
    return answer.out + answer.err


def bytes_of(home: Path) -> bytes:
    """Every byte below the home; what is compressed is opened too."""
    content = b""
    for path in home.rglob("*"):
        if path.is_file():
            stored = raw(path)
            content += stored
            try:
                content += zlib.decompress(stored)
            except zlib.error:
                continue
    return content


def left_by(home: Path, name: str) -> None:
    """What runs leave in a home, which the fleet's own do not."""
    for folder in ("attempts", "begun", "driven"):
        (home / folder).mkdir(exist_ok=True)
    closed = home / "attempts" / f"{name}.1-deploy" / "project"
    closed.mkdir(parents=True)
    (closed / "output.txt").write_text(SECRET)
    closed.chmod(0o500)
    (home / "begun" / f"{name}.1-deploy").write_text(SECRET)
    visit = f"{name}.visit-20260302T120000Z-00aa11bb"
    (home / "visits" / visit).mkdir(parents=True)
    for folder in (visit, ".begun", ".visits"):
        (home / "visits" / folder).mkdir(exist_ok=True)
        (home / "visits" / folder / ("output.txt" if folder == visit else visit)).write_text(SECRET)
    (home / "driven" / f"{name}.log").write_text(SECRET)


def test_nothing_of_it_is_left_in_the_home_and_everything_else_is(
    fleet: Fleet, tmp_path: Path, capsys: Screen
) -> None:
    home = tmp_path / "home"
    kept = fleet.deploy()
    for host in fleet.hosts:
        fleet.targets.machine(host.host).items["file", "/etc/app"] = {"sha256": "d" * 64, "exists": True}
    d = archived(fleet)
    left_by(home, d.id)
    left_by(home, kept.id)
    # What an upgrade of the store would have left: a copy that holds it too.
    (home / "journal-of-tables-5.sqlite").write_bytes(raw(home / "journal.sqlite"))
    before = [record.model_dump_json() for record in fleet.ports.journal.read(kept.id)]
    digests = {reference.digest for reference in d.preparation.baselines.values()}
    assert digests
    marker = d.preparation.baselines["h1"].digest
    assert marker.encode() in bytes_of(home)

    run(fleet, capsys, "record", "dispose", d.id, "--reason", "its time is over", "--out", str(tmp_path))

    content = bytes_of(home)
    assert marker.encode() not in content
    for digest in digests:
        assert not (home / "baselines" / digest[:2] / digest[2:]).exists()
    assert not list((home / "attempts").glob(f"{d.id}.*"))
    assert list((home / "attempts").glob(f"{kept.id}.*"))
    assert not list((home / "visits").rglob(f"{d.id}.*"))
    assert len(list((home / "visits").rglob(f"{kept.id}.visit-*"))) == 3
    assert not (home / "driven" / f"{d.id}.log").exists()
    assert list((home / "disposals").iterdir()) == []
    assert not (home / "journal-of-tables-5.sqlite").exists()
    assert [record.model_dump_json() for record in fleet.ports.journal.read(kept.id)] == before
    for reference in kept.preparation.baselines.values():
        assert fleet.ports.baselines.get(reference.digest).host == reference.host
    assert all(look.intact for look in fleet.ports.seals.looks(fleet.ports.seals.known()))


def test_a_baseline_that_another_record_names_is_kept(fleet: Fleet, tmp_path: Path, capsys: Screen) -> None:
    kept = fleet.deploy()
    d = archived(fleet)
    after = {reference.digest for reference in kept.changes.baselines.values()}
    assert after & {reference.digest for reference in d.preparation.baselines.values()}
    run(fleet, capsys, "record", "dispose", d.id, "--reason", "over", "--out", str(tmp_path))
    for digest in after:
        assert fleet.ports.baselines.get(digest).complete


def test_no_byte_of_a_text_is_left_in_the_database(fleet: Fleet, tmp_path: Path, capsys: Screen) -> None:
    home = tmp_path / "home"
    d = archived(fleet)
    run(fleet, capsys, "status", d.id)
    assert SECRET.encode() in bytes_of(home)
    run(fleet, capsys, "record", "dispose", d.id, "--reason", "over", "--out", str(tmp_path))
    assert SECRET.encode() not in bytes_of(home)


def test_the_certificate_is_verified_here_elsewhere_and_alone(
    fleet: Fleet, tmp_path: Path, capsys: Screen
) -> None:
    d = archived(fleet)
    run(fleet, capsys, "record", "dispose", d.id, "--reason", "over", "--by", "ann", "--out", str(tmp_path))
    file = tmp_path / f"{d.id}.orch-disposal.json"
    assert SECRET not in file.read_text()
    shown = run(fleet, capsys, "record", "verify", str(file))
    for words in (d.id, "app 2.0", "integrity     intact", "by ann: over", "1095 days", "copies_elsewhere"):
        assert words in shown
    answer = json.loads(run(fleet, capsys, "record", "verify", str(file), "--json"))
    assert (answer["kind"], answer["integrity"], answer["exit_code"]) == ("certificate", "intact", 0)
    key = fleet.ports.seal_keys.own()[-1].key
    assert "key_not_known" not in [each["code"] for each in answer["not_proved"]]
    stranger = sealed_fleet(tmp_path / "elsewhere")
    assert "key_not_known" in run(stranger, capsys, "record", "verify", str(file))
    assert "key_not_known" not in run(stranger, capsys, "record", "verify", str(file), "--key", key)
    ran = alone(file, "--key", key)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "disposed of" in ran.stdout
    again = tmp_path / "again.json"
    run(fleet, capsys, "record", "certificate", d.id, "--out", str(again))
    assert alone(again, "--key", key).returncode == 0


def _of_another(record: Json) -> None:
    record["deployment"] = "d9"


def _by_another(record: Json) -> None:
    record["disposed_by"] = "eve"


def _of_another_head(record: Json) -> None:
    record["head"]["size"] += 1


def _later(record: Json) -> None:
    record["finished"] = "2031-01-01T00:00:00Z"


@pytest.mark.parametrize(
    "change",
    [
        _of_another_head,
        *(pytest.param(each, marks=pytest.mark.slow) for each in (_of_another, _by_another, _later)),
    ],
)
def test_a_certificate_that_was_changed_is_found(
    change: Callable[[Json], None], fleet: Fleet, tmp_path: Path, capsys: Screen
) -> None:
    d = archived(fleet)
    run(fleet, capsys, "record", "dispose", d.id, "--reason", "over", "--out", str(tmp_path))
    file = tmp_path / f"{d.id}.orch-disposal.json"
    statement = statement_of(file.read_bytes())
    change(statement["predicate"])
    file.write_bytes(with_statement(file.read_bytes(), statement))
    assert "BROKEN" in run(fleet, capsys, "record", "verify", str(file), code=13)
    assert alone(file).returncode == 1


def alone(file: Path, *options: str) -> subprocess.CompletedProcess[str]:
    program = Path(verify_record.__file__)
    return subprocess.run(
        [sys.executable, "-I", str(program), str(file), *options],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=file.parent,
    )


def test_whoever_asks_for_it_is_told(fleet: Fleet, tmp_path: Path, capsys: Screen) -> None:
    d = archived(fleet)
    run(
        fleet,
        capsys,
        "record",
        "dispose",
        d.id[:12],
        "--reason",
        "over",
        "--by",
        "ann",
        "--out",
        str(tmp_path),
    )
    for words in (
        ("record", "show", d.id),
        ("status", d.id),
        ("record", "seal", d.id),
        ("baseline", "show", d.id),
        ("resume", d.id),
        ("rollback", d.id, "--reason", "regret"),
        ("record", "archive", d.id, "--reason", "again"),
        ("pir", "show", d.id),
    ):
        shown = run(fleet, capsys, *words, code=11)
        assert f"{d.id}: disposed of " in shown, words
        assert f"orch record certificate {d.id}" in shown
    shown = run(fleet, capsys, "record", "verify", d.id)
    assert "disposed of" in shown
    assert "intact: the leaves of its" in shown
    assert "disposed of" in run(fleet, capsys, "record", "verify")
    assert "disposed of" in run(fleet, capsys, "record", "dispose", d.id, "--reason", "again", code=4)
    run(fleet, capsys, "record", "due")


def test_lists_and_reports_say_that_it_is_gone(fleet: Fleet, tmp_path: Path, capsys: Screen) -> None:
    d = archived(fleet)
    run(fleet, capsys, "record", "dispose", d.id, "--reason", "over", "--by", "ann", "--out", str(tmp_path))
    assert f"{d.id}: disposed of " in run(fleet, capsys, "list")
    (listed,) = [json.loads(line) for line in run(fleet, capsys, "list", "--json").splitlines()]
    assert (listed["id"], listed["state"], listed["disposed_by"]) == (d.id, "disposed of", "ann")
    span = ("--from", "2026-03-01", "--to", "2026-04-01")
    gone = "In no figure, because its record was disposed of: 1 deployment"
    assert gone in run(fleet, capsys, "report", *span)
    assert json.loads(run(fleet, capsys, "report", *span, "--json"))["disposed"] == 1
    assert gone not in run(fleet, capsys, "report", "--from", "2028-03-01", "--to", "2028-04-01")
    for form in ("--csv", "--html"):
        assert "disposed of" in run(fleet, capsys, "report", *span, form, "-")
    assert "Not counted, because its record was disposed of: 1 deployment." in run(
        fleet, capsys, "model", "stats"
    )
    for words in (("schedule", "list"), ("actions",), ("incident", "list"), ("run-due",), ("objectives",)):
        capsys.readouterr()
        assert orch(fleet, words) in {0, 11}, words
    again = fleet.deploy()
    assert again.id != d.id


Change = Callable[[Fleet, str], object]
LACKS: dict[str, tuple[Change, str]] = {
    "held": (
        lambda fleet, name: orch(fleet, ["record", "hold", name, "--reason", "case 4"]),
        "is under legal hold, by",
    ),
    "an open action": (
        lambda fleet, name: (
            orch(fleet, ["pir", "open", name]),
            orch(fleet, ["pir", "action", name, "Watch it", "--owner", "Bo", "--due", "2d"]),
        ),
        "orch actions done",
    ),
}


@pytest.mark.parametrize("lack", LACKS)
def test_it_is_refused_with_the_command_that_ends_what_is_against_it(
    lack: str, fleet: Fleet, tmp_path: Path, capsys: Screen
) -> None:
    d = archived(fleet)
    change, words = LACKS[lack]
    change(fleet, d.id)
    shown = run(fleet, capsys, "record", "dispose", d.id, "--reason", "over", code=4)
    assert words in shown
    assert "Nothing was disposed of." in shown
    assert fleet.ports.journal.read(d.id)
    (command,) = {each for each in commands_in(shown) if each.startswith(("orch record", "orch actions"))}
    run(fleet, capsys, *filled(command, {"WHY": "settled", "WHAT": "seen"}))
    capsys.readouterr()
    orch(fleet, ["record", "dispose", d.id, "--reason", "over", "--out", str(tmp_path)])
    assert words not in "".join(capsys.readouterr())


def test_it_is_refused_before_its_time_and_before_it_is_archived(fleet: Fleet, capsys: Screen) -> None:
    d = fleet.deploy()
    shown = run(fleet, capsys, "record", "dispose", d.id, "--reason", "over", code=4)
    assert f"orch record archive {d.id} --reason WHY" in shown
    late = archived(fleet, days=1)
    shown = run(fleet, capsys, "record", "dispose", d.id, late.id, "--reason", "over", code=4)
    assert "is to be kept until" in shown
    assert "is not archived" in shown
    (command,) = commands_in(shown)
    run(fleet, capsys, *filled(command, {"WHY": "seen"}))


def test_all_that_is_due_and_not_held(fleet: Fleet, tmp_path: Path, capsys: Screen) -> None:
    held, first, second = (archived(fleet, days=2000) for _ in range(3))
    orch(fleet, ["record", "hold", held.id, "--reason", "case 4"])
    shown = run(fleet, capsys, "record", "due")
    assert "orch record dispose --all-due --reason WHY" in shown
    run(fleet, capsys, "record", "dispose", "--all-due", "--reason", "over", "--out", str(tmp_path))
    assert fleet.ports.journal.deployments() == [held.id]
    for d in (first, second):
        assert (tmp_path / f"{d.id}.orch-disposal.json").exists()
    assert "No record's time is over." in run(
        fleet, capsys, "record", "dispose", "--all-due", "--reason", "over"
    )


def test_an_emptied_record_without_a_disposal_is_damage(fleet: Fleet, tmp_path: Path, capsys: Screen) -> None:
    d = archived(fleet)
    emptied(tmp_path / "home", d.id)
    assert "seal.event_missing" in run(fleet, capsys, "record", "verify", code=13)


def test_a_disposal_that_somebody_wrote_into_the_journal_of_the_house_explains_nothing(
    fleet: Fleet, tmp_path: Path, capsys: Screen
) -> None:
    home = tmp_path / "home"
    first, second = archived(fleet), archived(fleet)
    run(fleet, capsys, "record", "dispose", first.id, "--reason", "over", "--out", str(tmp_path))
    size, root = fleet.ports.seals.look(second.id).size, fleet.ports.seals.look(second.id).root.hex()
    known = disposals_in(fleet.ports.journal.read(e.HOUSE))[first.id].begun
    forged = known.model_copy(update={"deployment": second.id, "size": size, "root": root})
    emptied(home, second.id)
    with closing(sqlite3.connect(home / "journal.sqlite")) as connection, connection:
        row = (e.HOUSE, 99, "2036-01-01T00:00:00.000000+00:00", 1, forged.kind, forged.model_dump_json())
        connection.execute("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?)", row)
    codes = [finding.code for finding in fleet.ports.seals.look(second.id).findings]
    assert "seal.event_missing" in codes


def emptied(home: Path, name: str) -> None:
    with closing(sqlite3.connect(home / "journal.sqlite")) as connection, connection:
        connection.execute("DELETE FROM events WHERE deployment = ?", (name,))
        connection.execute("UPDATE seal_leaves SET salt = NULL WHERE deployment = ?", (name,))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE seal_leaves SET leaf = x'00' WHERE deployment = ? AND seq = 2",
        pytest.param("DELETE FROM seal_leaves WHERE deployment = ? AND seq = 2", marks=pytest.mark.slow),
        "UPDATE seal_leaves SET salt = x'00112233445566778899aabbccddeeff' WHERE deployment = ? AND seq = 1",
        "INSERT INTO seal_leaves SELECT deployment, 999, NULL, leaf FROM seal_leaves WHERE deployment = ? AND seq = 1",
        "INSERT INTO events SELECT deployment, 1, '2030', 1, 'paused', '{}' FROM seal_leaves WHERE deployment = ? AND seq = 1",
    ],
)
def test_what_is_changed_after_a_disposal_is_found(
    statement: str, fleet: Fleet, tmp_path: Path, capsys: Screen
) -> None:
    d = archived(fleet)
    run(fleet, capsys, "record", "dispose", d.id, "--reason", "over", "--out", str(tmp_path))
    with closing(sqlite3.connect(tmp_path / "home" / "journal.sqlite")) as connection, connection:
        connection.execute(statement, (d.id,))
    assert not fleet.ports.seals.look(d.id).intact


def test_what_others_ask_of_it_is_still_known(fleet: Fleet, tmp_path: Path, capsys: Screen) -> None:
    """Its approvals count as used, and its machines as those of a live environment."""
    fleet.rule(retention="1d", applies_to={"environments": ["test"]})
    d = fleet.schedule(fleet.clock.now())
    fleet.approve(d)
    fleet.run_due()
    archive(fleet.ports, fleet.now(d.id), reason="reviewed", by="ann")
    fleet.clock.sleep(5 * 86400)
    d = fleet.now(d.id)
    consumed, machines = d.authority.consumed, brief_of(d).machines
    assert consumed
    assert machines
    run(fleet, capsys, "record", "dispose", d.id, "--reason", "over", "--out", str(tmp_path))
    later = fleet.schedule(fleet.clock.now())
    question = question_of(fleet.ports, later, fleet.clock.now())
    assert set(consumed) <= question.used
    assert {each.deployment: each.marks for each in question.place.history} == {d.id: frozenset(machines)}


def test_a_record_that_is_not_what_was_sealed_is_not_disposed_of(
    fleet: Fleet, tmp_path: Path, capsys: Screen
) -> None:
    d = archived(fleet)
    with closing(sqlite3.connect(tmp_path / "home" / "journal.sqlite")) as connection, connection:
        connection.execute("UPDATE events SET at = '2031' WHERE deployment = ? AND seq = 2", (d.id,))
    with pytest.raises(StoreFault):
        dispose(fleet.ports, [d.id], by="ann", reason="over")
    assert fleet.ports.journal.read_raw(d.id)


class Killed(BaseException):
    """As if the process had been killed there."""


class Mortal(Disposals):
    """Disposals that are killed after so many steps."""

    def __init__(self, whole: Disposals, steps: int) -> None:
        self._whole, self._left = whole, steps

    def _step(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise Killed

    def note(self, deployment: str, digests: Collection[str]) -> None:
        self._step()
        self._whole.note(deployment, digests)

    def noted(self, deployment: str) -> Sequence[str] | None:
        return self._whole.noted(deployment)

    def erase(self, deployment: str, size: int, root: str) -> None:
        self._step()
        self._whole.erase(deployment, size, root)

    def clear(self, deployment: str) -> None:
        self._step()
        self._whole.clear(deployment)

    def compact(self) -> None:
        self._step()
        self._whole.compact()

    def forget(self, deployment: str) -> None:
        self._step()
        self._whole.forget(deployment)


@pytest.mark.parametrize(
    "steps", [3, 5, *(pytest.param(n, marks=pytest.mark.slow) for n in (0, 1, 2, 4, 6, 7, 8))]
)
def test_a_disposal_that_was_killed_is_found_and_finished(
    steps: int, fleet: Fleet, tmp_path: Path, capsys: Screen
) -> None:
    home = tmp_path / "home"
    pair = [archived(fleet, days=1200), archived(fleet, days=1200)]
    names = [d.id for d in pair]
    for name in names:
        left_by(home, name)
    disposals = fleet.ports.disposals
    fleet.ports = replace(fleet.ports, disposals=Mortal(disposals, steps))
    with pytest.raises(Killed):
        dispose(fleet.ports, names, by="ann", reason="over")
    fleet.ports = replace(fleet.ports, disposals=disposals)
    assert all(look.intact for look in fleet.ports.seals.looks(fleet.ports.seals.known()))
    for name in names:
        there = name in fleet.ports.journal.deployments()
        known = run(fleet, capsys, "record", "due")
        assert name in known or disposals_in(fleet.ports.journal.read(e.HOUSE))[name].finished, (there, known)
    run(fleet, capsys, "record", "dispose", "--all-due", "--reason", "again", "--out", str(tmp_path))
    assert fleet.ports.journal.deployments() == []
    assert SECRET.encode() not in bytes_of(home)
    run(fleet, capsys, "record", "verify")
    for name in names:
        run(fleet, capsys, "record", "certificate", name, "--out", str(tmp_path / f"{name}.json"))
        assert disposals_in(fleet.ports.journal.read(e.HOUSE))[name].begun.reason == (
            "over" if steps >= 2 else "again"
        )
    assert list((home / "disposals").iterdir()) == []


def test_the_word_is_signed_where_keys_are_trusted(fleet: Fleet, tmp_path: Path, capsys: Screen) -> None:
    fleet.rule(approvals={"before": []}, retention="1d")
    d = archived(fleet, days=2)
    run(fleet, capsys, "record", "dispose", d.id, "--reason", "over", "--out", str(tmp_path))
    begun = disposals_in(fleet.ports.journal.read(e.HOUSE))[d.id].begun
    assert begun.rule == "house version 1"
    assert begun.spoken is not None
    assert begun.spoken.signed is not None
    assert begun.spoken.signed.word.verb == "record"
