"""Each door and each speaker: what moves a deployment is said by the person whose key signs it, and by nobody else."""

import os
import pwd
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from orchestrator.adapters.keys.folder_keys import FolderKeys
from orchestrator.adapters.keys.key_folder import KeyFolder, load_key, make_key
from orchestrator.bootstrap.own_voice import OwnVoice
from orchestrator.cli.main import run
from orchestrator.cli.wiring import open_own_key
from orchestrator.domain.authority.signing import Holder, TrustedKey
from orchestrator.domain.authority.word import Spoken
from orchestrator.domain.journal import events as e
from orchestrator.engine.speaking import Sayable
from orchestrator.engine.use_cases.cmdb_audit import Asked, audit
from orchestrator.errors import ExitCode
from tests.worlds.command_line import orch
from tests.worlds.fleet import Fleet, shop_fleet
from tests.worlds.walks import HANDED_OVER

LI, NADIA = "Li Wei", "Nadia Costa"
TRUSTED_AT = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class House:
    """Six hosts, a home that trusts keys, and the people who have them."""

    folder: Path
    fleet: Fleet

    def orch(self, *words: str, key: str | None = "li") -> int:
        self.fleet.ports = replace(self.fleet.ports, voice=OwnVoice(open_own_key))
        return orch(self.fleet, [*words, *(("--key", str(self.folder / f"{key}.pem")) if key else ())])

    def newest(self) -> str:
        return self.fleet.ports.journal.deployments()[0]

    def written(self) -> list[tuple[str, int]]:
        """How many events each journal holds."""
        journal = self.fleet.ports.journal
        names = [*journal.deployments(), e.HOUSE]
        return [(name, len(journal.read(name))) for name in names]

    def spoken(self, kind: str, by: str) -> Spoken:
        """Who said an event of this kind."""
        journal = self.fleet.ports.journal
        records = [record for name, _ in self.written() for record in journal.read(name)]
        events = [record.event for record in records if record.event.kind == kind]
        return next(
            event.spoken
            for event in events
            if isinstance(event, Sayable) and event.by == by and event.spoken is not None
        )


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    home = tmp_path / "home"
    monkeypatch.setenv("ORCH_HOME", str(home))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("ORCH_KEY", raising=False)
    monkeypatch.chdir(tmp_path)
    fleet = shop_fleet(home, waves=[{"count": 1, "gate": {"confirm": "service owner"}}, "rest"])
    fleet.tree["approval"] = {"required": []}
    fleet.ports = replace(fleet.ports, keys=FolderKeys(home), voice=OwnVoice(open_own_key))
    make_key(tmp_path / "stranger.pem")
    for name, person, holder in PEOPLE:
        trusted(tmp_path, name, person, holder)
    KeyFolder(home / "keys").revoke(load_key(tmp_path / "revoked.pem").key, TRUSTED_AT, "root", "lost")
    return House(tmp_path, fleet)


PEOPLE: tuple[tuple[str, str, Holder], ...] = (
    ("li", LI, "person"),
    ("nadia", NADIA, "person"),
    ("revoked", "Omar Haddad", "person"),
    ("timer", "night timer", "machine"),
)


def trusted(folder: Path, name: str, person: str, holder: Holder) -> None:
    key = make_key(folder / f"{name}.pem")
    fields = {
        "key": key.key,
        "public": key.public,
        "person": person,
        "roles": ("service owner", "rehearsal issuer") if holder == "person" else (),
    }
    more = {"trusted_at": TRUSTED_AT, "trusted_by": "root", "holder": holder}
    KeyFolder(folder / "home/keys").trust(TrustedKey.model_validate({**fields, **more}))


def nothing(house: House) -> None:
    """No deployment yet."""


def scheduled(house: House) -> None:
    assert house.orch("schedule", "add", "plan.yml", "--at", "2026-03-03T22:00Z") == ExitCode.COMPLETED


def due(house: House) -> None:
    scheduled(house)
    house.fleet.clock.sleep(2 * 86400)


def at_gate(house: House) -> None:
    assert house.orch("deploy", "plan.yml") == ExitCode.HELD


def paused(house: House) -> None:
    scheduled(house)
    assert house.orch("pause", house.newest()) == ExitCode.COMPLETED


def held(house: House) -> None:
    at_gate(house)
    assert house.orch("hold", house.newest()) == ExitCode.COMPLETED


def deployed(house: House) -> None:
    at_gate(house)
    assert house.orch("confirm", house.newest(), "--note", "looked") == ExitCode.COMPLETED


def handed_over(house: House) -> None:
    house.fleet.tree["transfer"] = HANDED_OVER
    deployed(house)


def in_review(house: House) -> None:
    deployed(house)
    assert house.orch("pir", "open", house.newest()) == ExitCode.COMPLETED


def with_an_action(house: House) -> None:
    in_review(house)
    words = ("watch", "--owner", "Bo", "--due", "2d")
    assert house.orch("pir", "action", house.newest(), *words) == ExitCode.COMPLETED


def with_an_incident(house: House) -> None:
    deployed(house)
    assert house.orch("incident", "add", "INC-7", "--title", "it hangs") == ExitCode.COMPLETED


def with_drift(house: House) -> None:
    deployed(house)
    house.fleet.targets.machine("web1").items["file", "/etc/shop.conf"] = {"sha256": "f" * 64, "exists": True}
    done = audit(house.fleet.ports, Asked(hosts=("web1",)), by="cron")
    assert [host.result for host in done.hosts] == ["differs"]


def stopped(house: House) -> None:
    at_gate(house)
    assert house.orch("stop-all", "--reason", "fire") == ExitCode.COMPLETED


Door = tuple[str, Callable[[House], None], tuple[str, ...], str]
DOORS: list[Door] = [
    ("deploy", nothing, ("deploy", "plan.yml"), "planned"),
    ("rehearse", nothing, ("rehearse", "plan.yml", "--in", "rehearsal"), "planned"),
    ("schedule", nothing, ("schedule", "add", "plan.yml", "--at", "2026-03-03T22:00Z"), "planned"),
    ("withdraw", scheduled, ("schedule", "withdraw", "ID", "--reason", "no"), "cancelled"),
    ("pause", scheduled, ("pause", "ID"), "paused"),
    ("resume", paused, ("resume", "ID", "--no-drive"), "resumed"),
    ("take over", due, ("resume", "ID"), "driver_took"),
    ("hold", at_gate, ("hold", "ID"), "held"),
    ("confirm", at_gate, ("confirm", "ID", "--note", "looked", "--no-drive"), "confirmed"),
    ("hold on", held, ("hold", "ID"), "held_on"),
    ("retry", held, ("retry", "ID", "--no-drive"), "retried"),
    ("exclude", held, ("exclude", "ID", "web2", "--reason", "dead", "--no-drive"), "excluded"),
    ("abort", at_gate, ("abort", "ID", "--reason", "no", "--no-drive"), "abort_requested"),
    ("rollback", deployed, ("rollback", "ID", "--reason", "bad"), "backout_began"),
    ("done", handed_over, ("done", "ID", "1", "--note", "mailed"), "duty_done"),
    ("begin a review", deployed, ("pir", "open", "ID"), "pir_opened"),
    ("answer a review", in_review, ("pir", "answer", "ID", "lessons", "none"), "pir_answered"),
    ("satisfaction", in_review, ("pir", "satisfaction", "ID", "sales", "4"), "satisfaction_given"),
    (
        "agree on an action",
        in_review,
        ("pir", "action", "ID", "watch", "--owner", "Bo", "--due", "2d"),
        "action_agreed",
    ),
    ("an action is done", with_an_action, ("actions", "done", "ID", "1", "--note", "seen"), "action_done"),
    ("an incident", deployed, ("incident", "add", "INC-7", "--title", "it hangs"), "incident_recorded"),
    (
        "what came of it",
        with_an_incident,
        ("incident", "link", "INC-7", "ID", "--reason", "seen"),
        "incident_linked",
    ),
    (
        "answer on capability",
        deployed,
        ("assess", "answer", "people-competent", "yes", "--note", "seen"),
        "criterion_answered",
    ),
    ("keep an assessment", deployed, ("assess", "keep", "--reason", "yearly"), "assessment_kept"),
    (
        "accept drift",
        with_drift,
        ("cmdb", "accept", "web1", "file /etc/shop.conf", "--reason", "hot fix"),
        "drift_accepted",
    ),
    ("a relation", deployed, ("cmdb", "relate", "service:a", "depends_on", "service:b"), "cis_recorded"),
    ("archive", deployed, ("record", "archive", "ID", "--reason", "done"), "record_archived"),
    ("legal hold", deployed, ("record", "hold", "ID", "--reason", "case 4"), "legal_hold_placed"),
    ("stop-all", at_gate, ("stop-all", "--reason", "fire"), "emergency_stopped"),
    ("lift", stopped, ("stop-all", "--lift", "--reason", "out"), "emergency_lifted"),
]
IDS = [door[0] for door in DOORS]


def through(house: House, door: Door, *more: str, key: str | None) -> int:
    words = [house.newest() if word == "ID" else word for word in door[2]]
    return house.orch(*words, *more, key=key)


STRANGERS: list[tuple[str, str | None, tuple[str, ...]]] = [
    ("nobody's key", None, ()),
    ("a key that nobody trusts", "stranger", ()),
    ("a revoked key", "revoked", ()),
    ("Li as Nadia", "li", ("--by", NADIA)),
    ("Nadia as Li", "nadia", ("--by", LI)),
    ("Nadia under a name that nobody has", "nadia", ("--by", "somebody else")),
    ("a machine", "timer", ()),
]


@pytest.mark.parametrize("door", DOORS, ids=IDS)
def test_whoever_has_the_key_says_it_and_nobody_else(
    house: House, capsys: pytest.CaptureFixture[str], door: Door
) -> None:
    door[1](house)
    before = house.written()
    for who, key, more in STRANGERS:
        if (who, door[0]) == ("a machine", "take over"):
            continue
        capsys.readouterr()
        code = through(house, door, *more, key=key)
        assert house.written() == before, who
        # A rehearsal looks for the issuer's key first.
        rehearses = door[0] == "rehearse" and code in (ExitCode.NOT_FOUND, ExitCode.REFUSED)
        recorded = "Nothing was recorded" not in capsys.readouterr().err
        assert rehearses or (code, recorded) == (ExitCode.REFUSED, False), who
    through(house, door, key="nadia")
    spoken = house.spoken(door[3], NADIA)
    assert spoken.signed is not None
    assert spoken.signed.word.person == NADIA
    assert (spoken.speaker.uid, spoken.speaker.login) == (os.getuid(), pwd.getpwuid(os.getuid()).pw_name)
    keyring = house.fleet.ports.keys.keyring(house.folder)
    assert house.fleet.ports.keys.heard([spoken.signed], keyring)[0].answer == "good"


def test_a_machine_starts_what_a_person_scheduled(house: House) -> None:
    due(house)
    assert house.orch("resume", house.newest(), key="timer") == ExitCode.HELD
    took = house.fleet.events(house.fleet.now(house.newest()), e.DriverTook)[-1]
    assert took.by == "night timer"
    assert took.spoken.signed.word.verb == "start"


def test_an_environment_variable_is_nobody(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """LOGNAME and USER are words; SUDO_UID counts in a process of root alone."""
    monkeypatch.setenv("LOGNAME", "nadia")
    monkeypatch.setenv("USER", "nadia")
    monkeypatch.delenv("SUDO_UID", raising=False)
    assert house.orch("schedule", "add", "plan.yml", "--at", "2026-03-03T22:00Z") == ExitCode.COMPLETED
    planned = house.fleet.events(house.fleet.now(house.newest()), e.Planned)[0]
    assert planned.by == LI
    assert planned.spoken.speaker.name == pwd.getpwuid(os.getuid()).pw_name


def test_where_no_keys_are_trusted_the_login_is_on_the_record(tmp_path: Path) -> None:
    fleet = shop_fleet(tmp_path / "home")
    fleet.tree["approval"] = {"required": []}
    assert orch(fleet, ["deploy", "plan.yml", "--by", "Somebody Else"]) == ExitCode.COMPLETED
    planned = fleet.events(fleet.now(fleet.ports.journal.deployments()[0]), e.Planned)[0]
    assert (planned.by, planned.spoken.speaker.login, planned.spoken.signed) == (
        "Somebody Else",
        pwd.getpwuid(os.getuid()).pw_name,
        None,
    )


def test_what_was_scheduled_before_words_were_signed_is_started_by_a_person(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    """A home of an earlier version: its events have no speaker, and its keys are trusted as they lie there."""
    due(house)
    name, journal = house.newest(), house.fleet.ports.journal
    events = [record.event for record in journal.read(name)]
    earlier = [
        event.model_copy(update={"spoken": None}) if isinstance(event, Sayable) else event for event in events
    ]
    journal.append("app-1.0-before", 0, earlier)
    capsys.readouterr()
    assert house.orch("resume", "app-1.0-before", key="timer") == ExitCode.REFUSED
    refusal = capsys.readouterr().err
    assert "no person signed app-1.0-before when it was planned" in refusal
    assert "orch resume app-1.0-before" in refusal
    assert house.orch("resume", "app-1.0-before") == ExitCode.HELD


def test_a_deployer_without_a_key_is_told_how_to_get_one_and_that_works(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever deployed without a key so far: what the refusal prints leads on."""
    assert house.orch("deploy", "plan.yml", key=None) == ExitCode.REFUSED
    refusal = capsys.readouterr().err
    assert "orch keys new" in refusal
    assert "orch keys trust FILE --person NAME --role ROLE\n" in refusal
    assert run(["keys", "new", "--no-passphrase"]) == 0
    card = str(house.folder / ".config/orch/key.pub.json")
    assert run(["keys", "trust", card, "--person", "Ada Berg", "--role", "deployment practitioner"]) == 0
    assert house.orch("deploy", "plan.yml", key=None) == ExitCode.HELD
